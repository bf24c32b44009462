using System.Text.Json;
using Mammoth.Tests.Api.Running;
using Microsoft.Playwright;

namespace Mammoth.Tests.Page.Browsing;

/// <summary>Somebody who looks at a server's page, in a tab of their own.</summary>
internal sealed class Visit : IAsyncDisposable
{
    /// <summary>Before a key is entered the server refuses, and the browser notes that by itself.</summary>
    private const string Refused = "Failed to load resource: the server responded with a status of 401";

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Heard(message.Type is "error" or "warning" ? message.Text : null);
        page.PageError += (_, error) => Heard(error);
        page.RequestFailed += (_, request) => Heard(request.Failure is { } failure && !failure.Contains("ERR_ABORTED", StringComparison.Ordinal) ? $"{request.Url}: {failure}" : null);
    }

    public IPage Page { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="at">The part behind the <c>#</c>.</param>
    /// <param name="withKey">The tab has the server's key already.</param>
    public static async Task<Visit> Begin(Chromium chromium, ApiServer server, string at = "", ColorScheme scheme = ColorScheme.Light, int width = 1200, bool withKey = true)
    {
        var browser = await chromium.Browser(Cancellation);
        var context = await browser.NewContextAsync(new() { BaseURL = server.Url.AbsoluteUri, ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(60_000);
        await context.AddInitScriptAsync(scriptPath: await Chromium.Axe(Cancellation));
        await context.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error(`Against the policy: ${e.violatedDirective} ${e.blockedURI}`));");
        if (withKey)
            await context.AddInitScriptAsync($"sessionStorage.setItem('mammoth-key', {JsonSerializer.Serialize(server.Key)});");
        var visit = new Visit(context, await context.NewPageAsync());
        await visit.Page.GotoAsync($"/{at}");
        return visit;
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name });

    /// <summary>The badge of the run that is shown.</summary>
    public ILocator State => Page.Locator("h1 .status");

    /// <summary>A table of the run that is shown.</summary>
    public ILocator Table(string name) => Page.Locator("details.table").Filter(new() { Has = Page.Locator("summary .name").GetByText(name, new() { Exact = true }) });

    /// <summary>Presses Tab until the control of this text has the focus.</summary>
    public async Task TabTo(string text)
    {
        for (int presses = 0; presses < 40; presses++)
        {
            await Page.Keyboard.PressAsync("Tab");
            string? focused = await Page.EvaluateAsync<string?>("() => { const at = document.activeElement; return at.closest('label')?.textContent ?? at.getAttribute('aria-label') ?? at.textContent; }");
            if (focused?.Trim() == text)
                return;
        }

        Assert.Fail($"Tab does not come to '{text}'.");
    }

    /// <summary>What a checker finds that keeps people out: serious and critical violations of WCAG.</summary>
    public async Task IsAccessible()
    {
        string found = await Page.EvaluateAsync<string>(
            """
            async () => {
              const { violations } = await axe.run(document, { resultTypes: ['violations'] });
              return violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => `${v.id}: ${v.nodes.map(n => `${n.html} (${n.failureSummary})`).join(' | ')}`).join('\n');
            }
            """);
        Assert.Equal("", found);
    }

    /// <summary>Nothing is wider than the window.</summary>
    public async Task FitsItsWidth()
    {
        int[] widths = await Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.Equal(widths[1], widths[0]);
    }

    /// <summary>Leaves a picture of the whole page.</summary>
    public async Task Picture(string name)
    {
        await Page.EvaluateAsync("() => scrollTo(0, 0)");
        await Page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{name}.png"), FullPage = true });
    }

    /// <summary>The browser had nothing to complain of: no error, nothing that the content security policy forbids, nothing that could not be fetched.</summary>
    public void WentWell()
    {
        lock (_complaints)
            Assert.Empty(_complaints);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Heard(string? complaint)
    {
        if (complaint is null || complaint.StartsWith(Refused, StringComparison.Ordinal))
            return;
        lock (_complaints)
            _complaints.Add(complaint);
    }
}
