// Durable Task Scheduler, billed by use. Identity only.
param name string
param location string
param tags object
param principalId string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }

  resource hub 'taskhubs' = {
    name: 'mammoth'
  }
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, principalId, 'contributor')
  scope: scheduler::hub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0ad04412-c4d5-4796-b79c-f76d14c8d402')
  }
}

output endpoint string = scheduler.properties.endpoint
output hub string = scheduler::hub.name
