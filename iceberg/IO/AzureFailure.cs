using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace Mammoth.Iceberg.IO;

/// <summary>Turns what Azure storage, the sign-in or the network says into a sentence that names the way out, without any secret.</summary>
internal static class AzureFailure
{
    public static bool Explains(Exception cause, CancellationToken cancellation) => cause switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException => true,
        // The client's own: the last of its attempts timed out, or all of them failed.
        OperationCanceledException => !cancellation.IsCancellationRequested,
        AggregateException many => many.InnerExceptions.All(e => Explains(e, cancellation)),
        IOException => cause.GetType() == typeof(IOException) || cause is HttpIOException,
        _ => false,
    };

    /// <summary>The store's own word for what is wrong (<c>ContainerNotFound</c>). An answer without a body has it in a header only.</summary>
    public static BlobErrorCode Code(RequestFailedException e) => e.ErrorCode
        ?? (e.GetRawResponse()?.Headers.TryGetValue("x-ms-error-code", out var code) == true ? code : $"status {e.Status}");

    /// <summary>Whether there is no such file (and not: no such container).</summary>
    public static bool IsNoFile(RequestFailedException e) => e.Status == 404 && Code(e) != BlobErrorCode.ContainerNotFound;

    public static StorageException Explain(Exception cause, AzureStore store, string location) => cause switch
    {
        AggregateException { InnerExceptions: [.., var last] } => Explain(last, store, location),
        // The service's answer to a refused request repeats signatures: it is not kept.
        RequestFailedException { Status: 401 or 403 } refused => new(Refusal(refused, store, location), location),
        RequestFailedException { Status: > 0 } answered => new(Answer(answered, store, location), location, cause) { MayPass = answered.Status is 408 or 429 or >= 500 },
        AuthenticationFailedException => new($"{location} can't be reached: nobody is signed in to Azure here. Run 'az login', "
            + $"or give a connection string in {AzureCredentials.OwnConnection}, or a shared access signature in the warehouse's address.", location, cause),
        _ when Find<SocketException>(cause) is { } socket => new(Network(socket, store, location), location, cause) { MayPass = true },
        OperationCanceledException => new($"{location}: {store.Endpoint.Host} took too long to answer, again and again. Check the network, and run the same command again.", location, cause) { MayPass = true },
        _ => new($"{location}: the connection to {store.Endpoint.Host} failed, again and again ({cause.Message}). Check the network, and run the same command again.", location, cause) { MayPass = true },
    };

    private static string Refusal(RequestFailedException e, AzureStore store, string location)
    {
        var container = AzureStore.ContainerOf(location);
        var (source, code) = (store.Credentials.Source, Code(e).ToString());
        var start = $"The storage account '{store.Account}' refuses access to {location} ({code})";
        return code switch
        {
            // The emulator's word for any wrong credentials.
            "AuthorizationFailure" when store.IsEmulator => $"{start}: {source} is wrong, or its time is over.",
            "KeyBasedAuthenticationNotPermitted" => $"{start}: it takes no account keys. Sign in with 'az login' and unset what holds the key ({source}).",
            "PublicAccessNotPermitted" or "NoAuthenticationInformation" => $"{start}: the request carried no credentials. Run 'az login', or give a shared access signature.",
            "InvalidAuthenticationInfo" => $"{start}: {source} belongs to another tenant, or its sign-in ran out. Run 'az login --tenant' with the account's tenant.",
            "AuthenticationFailed" when store.Credentials.IsSignature => $"{start}: {source} is wrong, or its time is over. Make a new one for the container '{container}' with the permissions racwdl.",
            "AuthenticationFailed" => $"{start}: {source} is wrong or was rotated, or this machine's clock is more than 15 minutes off. Copy the key again from the account's page 'Access keys'.",
            "AuthorizationFailure" or "IpAuthorizationError" => $"{start}: the account's firewall does not let this machine in, or the credentials do not cover this. Check 'Networking' of the account, and {source}.",
            "AccountIsDisabled" => $"{start}: it is disabled. Its owner can tell why.",
            _ when store.Credentials.IsIdentity => $"{start}: {source} lacks the role. An owner grants it: az role assignment create --role \"Storage Blob Data Contributor\" "
                + $"--assignee <user or application> --scope <id of the account or of the container '{container}'>; it takes effect after some minutes.",
            _ when store.Credentials.IsSignature => $"{start}: {source} does not permit this. Make a new one for the container '{container}' with the permissions racwdl.",
            _ => $"{start} with {source}.",
        };
    }

    private static string Answer(RequestFailedException e, AzureStore store, string location)
    {
        var container = AzureStore.ContainerOf(location);
        var code = Code(e);
        if (code == BlobErrorCode.ContainerNotFound)
            return $"There is no container '{container}' in the storage account '{store.Account}'. Create it and run the same command again: "
                + $"az storage container create --account-name {store.Account} --name {container}"
                + (store.IsEmulator ? $" --blob-endpoint {store.Endpoint}" : " --auth-mode login");
        if (code == BlobErrorCode.ContainerBeingDeleted)
            return $"The container '{container}' of the storage account '{store.Account}' is being deleted. Wait a minute, or choose another.";
        if (code == BlobErrorCode.LeaseIdMissing)
            return $"{location} is leased by another program, which must release it first (az storage blob lease break).";
        if (code == BlobErrorCode.Md5Mismatch)
            return $"{location}: what arrived at the storage account '{store.Account}' was not what was sent (Md5Mismatch). Something between here and there changes data: run the same command again, and if it fails again look for a proxy.";
        return e.Status is 429 or >= 500
            ? $"{location}: the storage account '{store.Account}' is busy or failing ({code}), for all our patience. Run the same command again."
            : $"{location}: the storage account '{store.Account}' refused the request ({code}). It said: {e.Message.Split('\n')[0].Trim()}";
    }

    private static string Network(SocketException e, AzureStore store, string location) => e.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            $"{location} can't be reached: there is no host {store.Endpoint.Host}. Check the account's name, '{store.Account}', and the network.",
        SocketError.ConnectionRefused when store.IsEmulator =>
            $"{location} can't be reached: nothing answers at {store.Endpoint.GetLeftPart(UriPartial.Authority)}. Start the emulator (npx azurite), or correct the warehouse's address.",
        _ => $"{location} can't be reached: no connection to {store.Endpoint.GetLeftPart(UriPartial.Authority)} ({e.SocketErrorCode}). Check the network, a proxy, and the account's firewall.",
    };

    private static T? Find<T>(Exception? e) where T : Exception => e is null or T ? e as T : Find<T>(e.InnerException);
}
