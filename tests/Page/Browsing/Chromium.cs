using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Page.Browsing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Mammoth.Tests.Page.Browsing;

/// <summary>
/// One headless Chromium for the whole test run, started by the first test that asks: the one that <c>MAMMOTH_TEST_CHROMIUM</c> names, else the one of the
/// usual places.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    public const string Variable = "MAMMOTH_TEST_CHROMIUM";

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where pictures of what was looked at are left.</summary>
    public static string Pictures { get; } = Path.Combine(AppContext.BaseDirectory, "pictures");

    /// <summary>axe-core, the checker of accessibility, as a script.</summary>
    public static async Task<string> Axe(CancellationToken cancellation) => Path.Combine(await NodeModules.Install(cancellation), "node_modules", "axe-core", "axe.min.js");

    public async Task<IBrowser> Browser(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation);
        try
        {
            if (_browser is not null)
                return _browser;
            string executable = Find();
            _playwright ??= await Playwright.CreateAsync();

            // Tests run beside many others on few cores.
            Assertions.SetDefaultExpectTimeout(30_000);
            return _browser = await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = executable,
                Headless = true,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new InvalidOperationException($"{Variable} names {named}, and there is no such file.");
        return UsualPlaces.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"The tests of the page need Chromium or Chrome: install it ('apt-get install chromium'), or name its executable in {Variable}.");
    }
}
