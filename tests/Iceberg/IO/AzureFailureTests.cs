using System.Net;
using Azure.Identity;
using Azure.Storage.Sas;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>What a user reads when Azure says no: the place, the reason, the way out, and no secret.</summary>
public sealed class AzureFailureTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_container_is_named_with_the_command_that_makes_it()
    {
        var container = await azurite.CreateContainer(Cancellation);
        await container.Client.DeleteAsync(cancellationToken: Cancellation);
        var warehouse = container.Open();
        await Everything(warehouse, message =>
        {
            Assert.StartsWith($"There is no container '{container.Name}' in the storage account 'devstoreaccount1'.", message, StringComparison.Ordinal);
            Assert.Contains($"az storage container create --account-name devstoreaccount1 --name {container.Name}", message, StringComparison.Ordinal);
        });
        await warehouse.Io.Delete($"{warehouse.Root}/a", Cancellation);
    }

    [Fact]
    public async Task A_wrong_key_is_named_by_where_it_came_from_and_not_shown()
    {
        const string Wrong = "AAAAvdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = Warehouse.Open(container.Url, Only(AzureCredentials.OwnConnection, container.ConnectionString.Replace(AzureConnection.EmulatorKey, Wrong, StringComparison.Ordinal)));
        await Everything(warehouse, message =>
        {
            Assert.Contains("the connection string in MAMMOTH_AZURE_CONNECTION is wrong", message, StringComparison.Ordinal);
            Assert.DoesNotContain(Wrong, message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_signature_whose_time_is_over_says_so()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = WithSignature(container, BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(-1), out var signature);
        await Everything(warehouse, message =>
        {
            Assert.Contains("the signature in the warehouse's address is wrong, or its time is over", message, StringComparison.Ordinal);
            Assert.DoesNotContain(signature, message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_signature_that_may_only_read_says_which_permissions_it_needs()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = WithSignature(container, BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1), out var signature);
        Assert.Null(await warehouse.Io.Read($"{warehouse.Root}/a", Cancellation));
        var refused = await Assert.ThrowsAsync<StorageException>(() => warehouse.Io.Write($"{warehouse.Root}/a", new byte[1], WriteCondition.IfAbsent, Cancellation));
        Assert.Contains($"does not permit this. Make a new one for the container '{container.Name}' with the permissions racwdl", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(signature, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_may_do_all_is_all_that_is_needed()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = WithSignature(container, BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(1), out _);
        var location = $"{warehouse.Root}/a b/c";
        await using (var file = warehouse.Io.Create(location))
        {
            await file.Stream.WriteAsync(new byte[9 << 20], Cancellation);
            await file.Complete(Cancellation);
        }
        await using var stream = await warehouse.Io.OpenRead(location, Cancellation);
        Assert.Equal(9 << 20, stream.Length);
        await foreach (var entry in warehouse.Io.List($"{warehouse.Root}/", Cancellation))
            Assert.Equal(location, entry.Location);
        await warehouse.Io.Delete(location, Cancellation);
        Assert.Null(await warehouse.Io.Read(location, Cancellation));
    }

    [Fact]
    public async Task An_emulator_that_does_not_run_is_named_with_its_start()
    {
        // Port 1 is nobody's.
        var warehouse = Warehouse.Open("http://127.0.0.1:1/devstoreaccount1/lake", Only("", ""), Impatient);
        await Everything(warehouse, message => Assert.Contains("nothing answers at http://127.0.0.1:1. Start the emulator (npx azurite)", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_that_does_not_exist_is_named()
    {
        var warehouse = Warehouse.Open("https://nosuchaccount.blob.mammoth.invalid/lake", Only(AzureCredentials.AccountKey, AzureConnection.EmulatorKey), Impatient);
        await Everything(warehouse, message => Assert.Contains("no host nosuchaccount.blob.mammoth.invalid. Check the account's name, 'nosuchaccount'", message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", "it takes no account keys. Sign in with 'az login'")]
    [InlineData(403, "AuthorizationFailure", "the account's firewall does not let this machine in")]
    [InlineData(401, "InvalidAuthenticationInfo", "another tenant")]
    [InlineData(409, "PublicAccessNotPermitted", "refused the request (PublicAccessNotPermitted)")]
    [InlineData(403, "AccountIsDisabled", "it is disabled")]
    [InlineData(409, "ContainerBeingDeleted", "is being deleted. Wait a minute")]
    [InlineData(412, "LeaseIdMissing", "is leased by another program")]
    [InlineData(500, "InternalError", "is busy or failing (InternalError)")]
    [InlineData(503, "ServerBusy", "is busy or failing (ServerBusy)")]
    [InlineData(502, null, "is busy or failing (status 502)")]
    [InlineData(400, "Md5Mismatch", "was not what was sent")]
    [InlineData(403, "AuthenticationFailed", "the account key in AZURE_STORAGE_KEY is wrong or was rotated, or this machine's clock")]
    [InlineData(403, "InsufficientAccountPermissions", "with the account key in AZURE_STORAGE_KEY")]
    [InlineData(400, "SomethingNew", "refused the request (SomethingNew)")]
    public async Task What_the_store_answers_becomes_a_sentence(int status, string? code, string sentence)
    {
        using var network = new AzureFaults();
        network.Next(_ => true, AzureFaults.Answer((HttpStatusCode)status, code, "<Error>string to sign: SECRET</Error>"), times: 100);
        var warehouse = Warehouse.Open("https://acme.blob.core.windows.net/lake", Only(AzureCredentials.AccountKey, AzureConnection.EmulatorKey), network.Configure);
        await Everything(warehouse, message =>
        {
            Assert.Contains(sentence, message, StringComparison.Ordinal);
            Assert.Contains("acme", message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task What_a_refusal_repeats_of_a_signature_is_not_kept(int status)
    {
        using var network = new AzureFaults();
        network.Next(_ => true, AzureFaults.Answer((HttpStatusCode)status, "AuthenticationFailed", "<Error><Message>string to sign: SECRET</Message></Error>"), times: 4);
        var warehouse = Warehouse.Open("http://127.0.0.1:1/devstoreaccount1/lake", Only("", ""), network.Configure);
        var refused = await Assert.ThrowsAsync<StorageException>(() => warehouse.Io.Read($"{warehouse.Root}/a", Cancellation));
        Assert.DoesNotContain("SECRET", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_without_the_role_is_told_the_role_and_one_without_sign_in_to_sign_in()
    {
        var store = AzureStore.Open(AzureAddress.Parse("abfss://lake@acme.dfs.core.windows.net"), Only("", ""), null);
        const string Location = "abfss://lake@acme.dfs.core.windows.net/a";
        var lacking = AzureFailure.Explain(new Azure.RequestFailedException(403, "no", "AuthorizationPermissionMismatch", null), store, Location);
        Assert.Contains("az role assignment create --role \"Storage Blob Data Contributor\"", lacking.Message, StringComparison.Ordinal);
        var nobody = AzureFailure.Explain(new CredentialUnavailableException("none of seven credentials"), store, Location);
        Assert.Contains("Run 'az login'", nobody.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_changes_on_its_way_is_refused()
    {
        using var network = new AzureFaults();
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = container.Open(network.Configure);
        network.Next(AzureFaults.IsBlock, async (request, send, cancellation) =>
        {
            var bytes = await request.Content!.ReadAsByteArrayAsync(cancellation);
            bytes[bytes.Length / 2] ^= 1;
            var changed = new ByteArrayContent(bytes);
            foreach (var header in request.Content.Headers)
                changed.Headers.TryAddWithoutValidation(header.Key, header.Value);
            request.Content = changed;
            return await send();
        });
        await using var file = warehouse.Io.Create($"{warehouse.Root}/a");
        await file.Stream.WriteAsync(new byte[9 << 20], Cancellation);
        var refused = await Assert.ThrowsAsync<StorageException>(() => file.Complete(Cancellation));
        Assert.Contains("contentMD5 doesn't match", refused.Message, StringComparison.Ordinal);
        Assert.Null(await warehouse.Io.Read($"{warehouse.Root}/a", Cancellation));
    }

    [Fact]
    public async Task A_cancelled_request_is_cancelled_and_no_failure()
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await given.CancelAsync();
        var warehouse = (await azurite.CreateContainer(Cancellation)).Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => warehouse.Io.Read($"{warehouse.Root}/a", given.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => warehouse.Io.Write($"{warehouse.Root}/a", new byte[1], WriteCondition.IfAbsent, given.Token));
        await using var file = warehouse.Io.Create($"{warehouse.Root}/a");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => file.Complete(given.Token));
    }

    /// <summary>Every way to a file must say it.</summary>
    private static async Task Everything(Warehouse warehouse, Action<string> check)
    {
        var (files, location) = (warehouse.Io, $"{warehouse.Root}/a");
        check((await Assert.ThrowsAsync<StorageException>(() => files.Read(location, Cancellation))).Message);
        check((await Assert.ThrowsAsync<StorageException>(() => files.OpenRead(location, Cancellation))).Message);
        check((await Assert.ThrowsAsync<StorageException>(() => files.Write(location, new byte[1], WriteCondition.IfAbsent, Cancellation))).Message);
        check((await Assert.ThrowsAsync<StorageException>(async () => await files.List($"{warehouse.Root}/", Cancellation).GetAsyncEnumerator(Cancellation).MoveNextAsync())).Message);
        foreach (var length in new[] { 1, 9 << 20 })
            check((await Assert.ThrowsAsync<StorageException>(async () =>
            {
                await using var file = files.Create(location);
                await file.Stream.WriteAsync(new byte[length], Cancellation);
                await file.Complete(Cancellation);
            })).Message);
    }

    private static Warehouse WithSignature(AzuriteContainer container, BlobContainerSasPermissions permissions, DateTimeOffset until, out string signature)
    {
        var url = container.Client.GenerateSasUri(new BlobSasBuilder(permissions, until) { BlobContainerName = container.Name });
        signature = url.Query[(url.Query.IndexOf("sig=", StringComparison.Ordinal) + 4)..];
        return Warehouse.Open(url.AbsoluteUri, Only("", ""));
    }

    private static Func<string, string?> Only(string name, string value) => asked => asked == name ? value : null;

    private static void Impatient(Azure.Storage.Blobs.BlobClientOptions options) => options.Retry.MaxRetries = 0;
}
