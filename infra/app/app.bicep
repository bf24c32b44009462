// The Functions app on Flex Consumption.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param hostStorageName string
param packageContainer string
param insightsConnection string
param sourceSecretUri string
param warehouse string
param maximumInstances int
param instanceMemory int
param connections int
param subnetId string
param schedulerEndpoint string
param schedulerHub string
param migrationSchedule string
param verificationSchedule string
param driftSchedule string
param maintenanceSchedule string
param rehearsalSchedule string
param rehearsalSecretUri string

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

// Never used while the timer is disabled; but an expression must be there.
var never = '0 0 0 1 1 *'

var settings = {
  AzureWebJobsStorage__blobServiceUri: hostStorage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: hostStorage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: hostStorage.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AzureWebJobsDisableHomepage: 'true'
  // Which identity the warehouse is opened with.
  AZURE_CLIENT_ID: identityClientId
  MAMMOTH_SOURCE: '@Microsoft.KeyVault(SecretUri=${sourceSecretUri})'
  MAMMOTH_WAREHOUSE: warehouse
  MAMMOTH_CONNECTIONS: string(connections)
  MAMMOTH_TASK_HUB: empty(schedulerHub) ? 'mammoth' : schedulerHub
  MAMMOTH_SCHEDULE: empty(migrationSchedule) ? never : migrationSchedule
  'AzureWebJobs.MigrateOnSchedule.Disabled': empty(migrationSchedule) ? 'true' : 'false'
  MAMMOTH_VERIFICATION_SCHEDULE: empty(verificationSchedule) ? never : verificationSchedule
  'AzureWebJobs.VerifyOnSchedule.Disabled': empty(verificationSchedule) ? 'true' : 'false'
  MAMMOTH_DRIFT_SCHEDULE: empty(driftSchedule) ? never : driftSchedule
  'AzureWebJobs.DetectDriftOnSchedule.Disabled': empty(driftSchedule) ? 'true' : 'false'
  MAMMOTH_MAINTENANCE_SCHEDULE: empty(maintenanceSchedule) ? never : maintenanceSchedule
  'AzureWebJobs.MaintainOnSchedule.Disabled': empty(maintenanceSchedule) ? 'true' : 'false'
  MAMMOTH_REHEARSAL_SCHEDULE: empty(rehearsalSchedule) ? never : rehearsalSchedule
  'AzureWebJobs.RehearseOnSchedule.Disabled': empty(rehearsalSchedule) ? 'true' : 'false'
  MAMMOTH_REHEARSAL_TARGET: empty(rehearsalSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${rehearsalSecretUri})'
}

// A setting of this form overrides the same path of host.json.
var schedulerSettings = empty(schedulerEndpoint) ? {} : {
  DURABLE_TASK_SCHEDULER: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER'
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // How azd finds the app to put the package into.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2', http20Enabled: true }
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: { instanceMemoryMB: instanceMemory, maximumInstanceCount: maximumInstances }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, schedulerSettings)
  }

  // Packages come by identity; the passwords that App Service makes for every app open nothing.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
