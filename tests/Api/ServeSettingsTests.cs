using System.Net;
using Mammoth.Cli.Serve;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Api;

public sealed class ServeSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mammoth-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("0.0.0.0:80")]
    [InlineData("192.0.2.1:80")]
    [InlineData("[::]:80")]
    public void Without_keys_it_listens_on_this_machine_only(string address)
    {
        var refused = Assert.Throws<UsageException>((Settings(address) with { NoAuth = true }).Check);
        Assert.Contains("--no-auth", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.53:80")]
    [InlineData("[::1]:80")]
    public void On_this_machine_it_may_serve_without_keys(string address) => (Settings(address) with { NoAuth = true }).Check();

    [Fact]
    public void With_no_key_at_all_it_says_how_to_make_one()
    {
        var refused = Assert.Throws<UsageException>(Settings("127.0.0.1:0").Check);
        Assert.Contains("serve key create", refused.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_key_it_listens_where_it_is_told()
    {
        var settings = Settings("0.0.0.0:80");
        settings.Keys.Save([ApiKey.Create("a", DateTimeOffset.UnixEpoch).Kept]);
        settings.Check();
    }

    [Fact]
    public void A_schedule_of_rehearsals_without_a_server_for_them_is_refused()
    {
        var settings = Settings("127.0.0.1:0") with { NoAuth = true, RehearsalSchedule = Schedule.Parse("0 5 * * 0") };
        var refused = Assert.Throws<UsageException>(settings.Check);
        Assert.Contains("MAMMOTH_REHEARSAL_TARGET", refused.WayOut, StringComparison.Ordinal);
        Assert.Contains("--rehearsal-target", refused.WayOut, StringComparison.Ordinal);
        (settings with { RehearsalTarget = "Host=localhost" }).Check();
    }

    [Theory]
    [InlineData("http://example.org", "a")]
    [InlineData("issuer", "a")]
    [InlineData("https://example.org", null)]
    [InlineData(null, "a")]
    public void An_issuer_that_can_not_be_trusted_is_refused(string? authority, string? audience) =>
        Assert.Throws<UsageException>(() => TokenSettings.Of(authority, audience, "r"));

    [Fact]
    public void A_key_s_file_holds_no_key_and_is_its_owner_s_alone()
    {
        var keys = new KeyFile(Path.Combine(folder, "deep", "keys.json"));
        var (text, kept) = ApiKey.Create("laptop", DateTimeOffset.UnixEpoch);
        keys.Save([kept]);
        Assert.DoesNotContain(text, File.ReadAllText(keys.Path), StringComparison.Ordinal);
        Assert.DoesNotContain(text["mammoth_".Length..], File.ReadAllText(keys.Path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keys.Path));
        var read = Assert.Single(new KeyFile(keys.Path).Keys());
        Assert.True(read.Is(ApiKey.HashOf(text)));
        Assert.False(read.Is(ApiKey.HashOf(text + "x")));
    }

    [Fact]
    public void Keys_are_long_and_never_the_same()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => ApiKey.Create("a", DateTimeOffset.UnixEpoch).Text).ToHashSet();
        Assert.Equal(100, keys.Count);
        // 256 bits as base64.
        Assert.All(keys, k => Assert.Equal("mammoth_".Length + 43, k.Length));
    }

    [Fact]
    public void A_damaged_file_of_keys_is_an_error_and_no_open_door()
    {
        var path = Path.Combine(folder, "keys.json");
        File.WriteAllText(path, "{");
        Assert.Throws<UsageException>(() => new KeyFile(path).Keys());
    }

    private ServeSettings Settings(string address) => new()
    {
        Source = "Host=localhost",
        Warehouse = Warehouse.Open(Path.Combine(folder, "lake")),
        Defaults = new MigrationOptions(),
        Listen = IPEndPoint.Parse(address),
        Keys = new KeyFile(Path.Combine(folder, "keys.json")),
    };
}
