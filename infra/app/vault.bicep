// The vault of the secrets there are: the connection strings of the source, and of the server on which recovery is rehearsed.
param name string
param location string
param tags object
param principalId string
@secure()
param sourceConnection string
@secure()
param rehearsalConnection string
param endpointSubnetId string
param zones object

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: take(name, 24)
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    publicNetworkAccess: empty(endpointSubnetId) ? 'Enabled' : 'Disabled'
    networkAcls: { defaultAction: empty(endpointSubnetId) ? 'Allow' : 'Deny', bypass: 'AzureServices' }
  }

  resource source 'secrets' = {
    name: 'mammoth-source'
    properties: { value: sourceConnection, contentType: 'a connection string of PostgreSQL' }
  }

  resource rehearsal 'secrets' = if (!empty(rehearsalConnection)) {
    name: 'mammoth-rehearsal'
    properties: { value: rehearsalConnection, contentType: 'a connection string of PostgreSQL' }
  }
}

resource rehearsalReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(rehearsalConnection)) {
  name: guid(vault::rehearsal.id, principalId, 'reader')
  scope: vault::rehearsal
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
  }
}

// Read these secrets; no list, no others.
resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::source.id, principalId, 'reader')
  scope: vault::source
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
  }
}

module link 'endpoint.bicep' = if (!empty(endpointSubnetId)) {
  name: '${take(name, 24)}-vault'
  params: { name: 'pe-${take(name, 24)}', location: location, tags: tags, subnetId: endpointSubnetId, resourceId: vault.id, kind: 'vault', zoneId: zones.?vault ?? '' }
}

// Without a version: the app takes up a new one within a day, or when it is restarted.
output secretUri string = vault::source.properties.secretUri
// Whether the other secret is there, who gives it knows: an output must not depend on it.
output rehearsalSecretUri string = '${vault.properties.vaultUri}secrets/mammoth-rehearsal'
