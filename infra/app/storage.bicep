// A storage account without shared keys; who may what is said by roles alone.
@minLength(3)
param name string
param location string
param tags object
param containers string[]
param principalId string
@description('Ids of role definitions that the identity gets on this account.')
param roles string[]
@description('What gets a private endpoint where there is a network: blob, dfs, queue, table.')
param endpoints string[]
param endpointSubnetId string
@description('Ids of the private DNS zones, by kind.')
param zones object

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take(name, 24)
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: empty(endpointSubnetId) ? 'Enabled' : 'Disabled'
    networkAcls: { defaultAction: empty(endpointSubnetId) ? 'Allow' : 'Deny', bypass: 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // A file deleted by mistake can be brought back for a week.
      deleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource folders 'containers' = [for container in containers: {
      name: container
    }]
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(account.id, principalId, role)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

module links 'endpoint.bicep' = [for endpoint in endpoints: if (!empty(endpointSubnetId)) {
  name: '${take(name, 24)}-${endpoint}'
  params: { name: 'pe-${take(name, 24)}-${endpoint}', location: location, tags: tags, subnetId: endpointSubnetId, resourceId: account.id, kind: endpoint, zoneId: zones[?endpoint] ?? '' }
}]

output name string = account.name
output dfsHost string = replace(replace(account.properties.primaryEndpoints.dfs, 'https://', ''), '/', '')
