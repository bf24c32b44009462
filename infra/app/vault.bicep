// The vault of the one secret there is: the source's connection string.
param name string
param location string
param tags object
param principalId string
@secure()
param sourceConnection string
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
}

// Read that one secret; no list, no others.
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
