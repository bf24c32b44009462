// A private endpoint, and its name in the network's DNS.
param name string
param location string
param tags object
param subnetId string
param resourceId string
param kind string
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [{ name: name, properties: { privateLinkServiceId: resourceId, groupIds: [kind] } }]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: kind, properties: { privateDnsZoneId: zoneId } }] }
  }
}
