using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class AzureAddressTests
{
    [Theory]
    [InlineData("abfss://lake@acme.dfs.core.windows.net", "abfss://lake@acme.dfs.core.windows.net")]
    [InlineData("abfss://lake@acme.dfs.core.windows.net/", "abfss://lake@acme.dfs.core.windows.net")]
    [InlineData("abfss://lake@acme.dfs.core.windows.net/a//b/", "abfss://lake@acme.dfs.core.windows.net/a/b")]
    [InlineData("ABFSS://lake@Acme.dfs.core.windows.net/A%20b", "abfss://lake@acme.dfs.core.windows.net/A%20b")]
    [InlineData("abfs://lake@acme.blob.core.windows.net/a", "abfss://lake@acme.dfs.core.windows.net/a")]
    [InlineData("https://acme.blob.core.windows.net/lake/a", "abfss://lake@acme.dfs.core.windows.net/a")]
    [InlineData("https://acme.dfs.core.windows.net/lake/a%20b/", "abfss://lake@acme.dfs.core.windows.net/a b")]
    [InlineData("https://acme.blob.core.chinacloudapi.cn/lake", "abfss://lake@acme.dfs.core.chinacloudapi.cn")]
    [InlineData("https://acme.z01.blob.storage.azure.net/lake", "abfss://lake@acme.z01.dfs.storage.azure.net")]
    [InlineData("https://acme.blob.core.windows.net/$web/a", "abfss://$web@acme.dfs.core.windows.net/a")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/lake/a/b", "abfss://lake@devstoreaccount1.dfs.core.windows.net/a/b")]
    [InlineData("http://azurite:10000/devstoreaccount1/lake", "abfss://lake@devstoreaccount1.dfs.core.windows.net")]
    [InlineData("  abfss://lake@devstoreaccount1.dfs.core.windows.net/a\n", "abfss://lake@devstoreaccount1.dfs.core.windows.net/a")]
    public void Every_form_has_one_root(string text, string root)
    {
        var warehouse = Warehouse.Open(text, Nothing);
        Assert.Equal(root, warehouse.Root);
        Assert.False(warehouse.IsLocal);
        Assert.Null(warehouse.LocalPath);
        // A root is a warehouse's text again.
        Assert.Equal(root, Warehouse.Open(root, Nothing).Root);
    }

    [Theory]
    [InlineData("abfss://lake@acme.dfs.core.windows.net/a", "https://acme.blob.core.windows.net/")]
    [InlineData("https://acme.dfs.core.windows.net/lake", "https://acme.blob.core.windows.net/")]
    [InlineData("https://acme.blob.core.usgovcloudapi.net:8443/lake", "https://acme.blob.core.usgovcloudapi.net:8443/")]
    [InlineData("abfss://lake@devstoreaccount1.dfs.core.windows.net", "http://127.0.0.1:10000/devstoreaccount1")]
    [InlineData("http://localhost:10123/devstoreaccount1/lake", "http://localhost:10123/devstoreaccount1")]
    [InlineData("https://localhost:10123/other1/lake", "https://localhost:10123/other1")]
    public void Blobs_are_asked_for_at_the_blob_endpoint(string text, string endpoint) =>
        Assert.Equal(endpoint, AzureAddress.Parse(text).Endpoint.AbsoluteUri);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("s3://bucket/a")]
    [InlineData("wasbs://lake@acme.blob.core.windows.net/a")]
    [InlineData("abfss://acme.dfs.core.windows.net/a")]
    [InlineData("abfss://lake@acme/a")]
    [InlineData("abfss://Lake@acme.dfs.core.windows.net/a")]
    [InlineData("abfss://la--ke@acme.dfs.core.windows.net/a")]
    [InlineData("abfss://lake@acme.dfs.core.windows.net/a/../b")]
    [InlineData("https://acme.blob.core.windows.net")]
    [InlineData("https://acme.blob.core.windows.net/?sig=abc")]
    [InlineData("http://acme.blob.core.windows.net/lake")]
    [InlineData("https://example.com/lake")]
    [InlineData("http://example.com/acme/lake")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1")]
    [InlineData("https://user:pass@acme.blob.core.windows.net/lake")]
    [InlineData("file://relative/a")]
    [InlineData("/")]
    public void What_is_no_warehouse_is_told_with_the_forms_there_are(string text)
    {
        var refused = Assert.Throws<WarehouseFormatException>(() => Warehouse.Open(text, Nothing));
        Assert.Contains("abfss://container@account.dfs.core.windows.net/folder", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://acme.blob.core.windows.net/la_ke/a?sv=2023&sig=SECRET")]
    [InlineData("https://acme.blob.core.windows.net/?sv=2023&sig=SECRET")]
    [InlineData("abfss://lake@acme/a?sv=2023&sig=SECRET")]
    [InlineData("s3://lake/a?sig=SECRET")]
    [InlineData("http://acme.blob.core.windows.net/lake?sig=SECRET")]
    public void A_signature_is_in_no_error(string text) =>
        Assert.DoesNotContain("SECRET", Assert.Throws<WarehouseFormatException>(() => Warehouse.Open(text, Nothing)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_signature_is_used_and_not_shown()
    {
        var warehouse = Warehouse.Open("https://acme.blob.core.windows.net/lake/a?sv=2023-11-03&sig=SECRET%3D", Nothing);
        Assert.Equal("abfss://lake@acme.dfs.core.windows.net/a", warehouse.Root);
        Assert.DoesNotContain("SECRET", warehouse.ToString(), StringComparison.Ordinal);
        Assert.Equal("sv=2023-11-03&sig=SECRET%3D", AzureAddress.Parse("https://acme.blob.core.windows.net/lake/a?sv=2023-11-03&sig=SECRET%3D").Signature);
    }

    [Fact]
    public async Task A_location_elsewhere_is_refused()
    {
        var files = Warehouse.Open("abfss://lake@acme.dfs.core.windows.net", Nothing).Io;
        foreach (var location in new[]
        {
            "file:///a", "/a", "abfss://lake@other.dfs.core.windows.net/a", "abfss://lake@acme.dfs.core.windows.net", "abfss://lake@acme.dfs.core.windows.net/",
            "abfss://lake@acme.dfs.core.windows.net/a/../b", "abfss://lakeacme.dfs.core.windows.net/x@acme.dfs.core.windows.net/a",
        })
            await Assert.ThrowsAsync<ArgumentException>(() => files.Read(location, TestContext.Current.CancellationToken));
    }

    private static string? Nothing(string variable) => null;
}
