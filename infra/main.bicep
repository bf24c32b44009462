// All that Mammoth needs in Azure. `azd up` asks for the parameters without a value; docs/deploy.md explains them.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('The environment: part of the resource group\'s name, and with the subscription and the region of all others.')
param environmentName string

@minLength(1)
@description('A region that has Flex Consumption.')
@metadata({ azd: { type: 'location' } })
param location string

@secure()
@minLength(1)
@description('The source: Host=…;Database=…;Username=…;Password=…;SSL Mode=Require. It is kept in a key vault.')
param sourceConnection string

@description('The container of the warehouse, and the folder in it.')
param warehouseContainer string = 'lake'
param warehouseFolder string = 'mammoth'

@minValue(1)
@maxValue(1000)
@description('Connections to the source that reads may hold at a time, over all instances.')
param connections int = 16

@description('Bounds the instances. Connections are what bounds the work.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@allowed([512, 2048, 4096])
@description('Memory of an instance in MB. A copy needs a few hundred.')
param instanceMemory int = 2048

@description('Put the app into a network of its own, and its storage and vault behind private endpoints.')
param privateNetwork bool = false

@allowed(['AzureStorage', 'DurableTaskScheduler'])
@description('Where orchestrations live. Azure Storage costs nothing while idle.')
param durableBackend string = 'AzureStorage'

@description('Who hears of alerts; none where empty.')
param alertEmail string = ''

@description('NCRONTAB expression (UTC, six fields) of a migration by itself; none where empty.')
param migrationSchedule string = ''

@description('NCRONTAB expression (UTC, six fields) of a verification of what is published; none where empty.')
param verificationSchedule string = ''

@description('NCRONTAB expression (UTC, six fields) of looking for schema drift; none where empty.')
param driftSchedule string = ''

@description('NCRONTAB expression (UTC, six fields) of deleting files to which nothing refers; none where empty.')
param maintenanceSchedule string = ''

@description('NCRONTAB expression (UTC, six fields) of bringing published tables back into a PostgreSQL, to prove that it works; none where empty.')
param rehearsalSchedule string = ''

@secure()
@description('The server on which recovery is rehearsed: Host=…;Username=…;Password=…;SSL Mode=Require, of a role with CREATEDB. It is kept in a key vault. Needed where there is a schedule.')
param rehearsalConnection string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-mammoth-${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-mammoth-${token}', location: location, tags: tags }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: { name: 'vnet-mammoth-${token}', location: location, tags: tags }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { token: token, location: location, tags: tags, principalId: identity.outputs.principalId }
}

module hostStorage 'app/storage.bicep' = {
  name: 'hostStorage'
  scope: group
  params: {
    name: 'stmmhost${token}'
    location: location
    tags: tags
    containers: ['packages']
    principalId: identity.outputs.principalId
    // What the Functions host and the durable backend need: leases and packages, control and work-item queues, histories.
    roles: ['b7e6dc6d-f1e8-4753-8033-0f276bb0955b', '974c5e8b-45b9-4653-ba55-5f855dd0fce8', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3']
    endpoints: ['blob', 'queue', 'table']
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    zones: privateNetwork ? network!.outputs.zones : {}
  }
}

module warehouse 'app/storage.bicep' = {
  name: 'warehouse'
  scope: group
  params: {
    name: 'stmmlake${token}'
    location: location
    tags: tags
    containers: [warehouseContainer]
    principalId: identity.outputs.principalId
    // Files only: no right to change access or the account.
    roles: ['ba92f5b4-2d11-453d-a403-e96b0029c9fe']
    endpoints: ['blob', 'dfs']
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    zones: privateNetwork ? network!.outputs.zones : {}
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-mm-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    sourceConnection: sourceConnection
    rehearsalConnection: rehearsalConnection
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    zones: privateNetwork ? network!.outputs.zones : {}
  }
}

module scheduler 'app/scheduler.bicep' = if (durableBackend == 'DurableTaskScheduler') {
  name: 'scheduler'
  scope: group
  params: { name: 'dts-mammoth-${token}', location: location, tags: tags, principalId: identity.outputs.principalId }
}

module app 'app/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: 'func-mammoth-${token}'
    planName: 'plan-mammoth-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: hostStorage.outputs.name
    packageContainer: 'packages'
    insightsConnection: monitoring.outputs.connectionString
    sourceSecretUri: vault.outputs.secretUri
    rehearsalSecretUri: empty(rehearsalConnection) ? '' : vault.outputs.rehearsalSecretUri
    warehouse: 'abfss://${warehouseContainer}@${warehouse.outputs.dfsHost}/${warehouseFolder}'
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    connections: connections
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    schedulerEndpoint: durableBackend == 'DurableTaskScheduler' ? scheduler!.outputs.endpoint : ''
    schedulerHub: durableBackend == 'DurableTaskScheduler' ? scheduler!.outputs.hub : ''
    migrationSchedule: migrationSchedule
    verificationSchedule: verificationSchedule
    driftSchedule: driftSchedule
    maintenanceSchedule: maintenanceSchedule
    rehearsalSchedule: rehearsalSchedule
  }
}

module alerts 'app/alerts.bicep' = if (!empty(alertEmail)) {
  name: 'alerts'
  scope: group
  params: { token: token, location: location, tags: tags, email: alertEmail, insightsId: monitoring.outputs.insightsId }
}

output AZURE_LOCATION string = location
output MAMMOTH_APP string = app.outputs.name
output MAMMOTH_URL string = app.outputs.url
output MAMMOTH_WAREHOUSE string = 'abfss://${warehouseContainer}@${warehouse.outputs.dfsHost}/${warehouseFolder}'
