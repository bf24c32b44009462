// Alerts by mail: a run that failed, a function that keeps failing, a lost snapshot, a copy that has gone silent, what a run warns of, tables that did not come back in a rehearsal, and schema drift.
param token string
param location string
param tags object
param email string
param insightsId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-mammoth-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'mammoth'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var rules = [
  { name: 'run-failed', severity: 1, query: loadTextContent('../queries/failed-runs.kql'), frequency: 'PT5M', window: 'PT15M', threshold: 0, says: 'A run has failed.' }
  { name: 'activity-failures', severity: 2, query: loadTextContent('../queries/failing-activities.kql'), frequency: 'PT15M', window: 'PT1H', threshold: 0, says: 'Activities fail again and again.' }
  { name: 'snapshot-lost', severity: 2, query: loadTextContent('../queries/lost-snapshots.kql'), frequency: 'PT15M', window: 'PT1H', threshold: 0, says: 'The source\'s snapshot was lost; tables not finished start again.' }
  { name: 'run-silent', severity: 2, query: loadTextContent('../queries/silent-runs.kql'), frequency: 'PT15M', window: 'PT1H', threshold: 0, says: 'A run holds its snapshot, and for most of an hour no step of it has ended. Is it paused?' }
  { name: 'run-warned', severity: 3, query: loadTextContent('../queries/warnings.kql'), frequency: 'PT5M', window: 'PT5M', threshold: 0, says: 'A run warns; the message says of what: somebody may wait behind its locks, or a rehearsal could not do all that it should.' }
  { name: 'rehearsal-differs', severity: 1, query: loadTextContent('../queries/failed-rehearsals.kql'), frequency: 'PT15M', window: 'PT1H', threshold: 0, says: 'Published tables did not come back in a rehearsal of recovery; the message says which, and why.' }
  { name: 'schema-drift', severity: 3, query: loadTextContent('../queries/schema-drift.kql'), frequency: 'PT15M', window: 'PT1H', threshold: 0, says: 'The source differs from what the warehouse has of it; the run says in what, and what the next migration does about it.' }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [for rule in rules: {
  name: 'mammoth-${rule.name}-${token}'
  location: location
  tags: tags
  properties: {
    displayName: 'Mammoth: ${rule.name}'
    description: rule.says
    severity: rule.severity
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: rule.frequency
    windowSize: rule.window
    criteria: { allOf: [{ query: rule.query, timeAggregation: 'Count', operator: 'GreaterThan', threshold: rule.threshold }] }
    actions: { actionGroups: [people.id] }
    autoMitigate: true
  }
}]
