using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Page.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mammoth.Tests.Page;

/// <summary>What the views show and look like: in light and dark, on a desk and on a phone.</summary>
public sealed class LookTests(ServedShop shop, Chromium chromium) : IClassFixture<ServedShop>
{
    /// <summary>Views, with a text that is there when all of one is.</summary>
    private (string Name, string Address, string Shows)[] Views =>
    [
        ("runs", "#/runs", "succeeded"),
        ("run", $"#/runs/{shop.Status["run"]}", "consistency: database."),
        ("start", "#/start", "where a table fails"),
        ("warehouse", "#/tables", "shop.orders"),
        ("table", "#/tables/shop/orders", "Manifest list"),
        ("lost", "#/runs/none", "There is no run none."),
    ];

    [Fact]
    public async Task The_warehouse_shows_its_tables_and_a_table_its_snapshots_and_tags()
    {
        await using var visit = await Visit.Begin(chromium, shop.Server, "#/tables");
        await Expect(visit.Page.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
        await Expect(visit.Page.GetByRole(AriaRole.Row, new() { Name = "shop.orders" })).ToContainTextAsync("3,000");
        await visit.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Find a table" }).FillAsync("orders");
        await Expect(visit.Page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "shop.orders" }).ClickAsync();
        await Expect(visit.Heading("shop.orders")).ToBeFocusedAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Region, new() { Name = "Columns" })).ToContainTextAsync("decimal(10, 2)");
        var snapshot = Assert.Single(await visit.Page.Locator(".snapshot-list > li").AllAsync());
        await Expect(snapshot).ToContainTextAsync((string)shop.Status["tag"]!);
        await Expect(snapshot).ToContainTextAsync("3,000 rows");
        visit.WentWell();
    }

    [Fact]
    public async Task A_drift_check_shows_each_difference_and_what_the_next_migration_does_about_it()
    {
        await shop.Area.Source.Run("CREATE TABLE shop.\"later <b>\"(id int)", TestContext.Current.CancellationToken);
        string run = (await shop.Server.Post("api/v1/drift-checks")).Location!;
        await shop.Server.Ended(run);
        await using var visit = await Visit.Begin(chromium, shop.Server, $"#/runs/{run.Split('/')[^1]}");
        await Expect(visit.Page.GetByText("1 difference.")).ToBeVisibleAsync();
        var differences = visit.Page.GetByRole(AriaRole.Region, new() { Name = "Differences" });
        await Expect(differences).ToContainTextAsync("table shop.\"later <b>\" is new");
        await Expect(differences).ToContainTextAsync("The next run copies it to shop.\"later <b>\".");
        await visit.FitsItsWidth();
        await visit.IsAccessible();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Drift check" })).ToContainTextAsync("succeeded");
        visit.WentWell();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1200)]
    [InlineData(ColorScheme.Dark, 390)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 1200)]
    public async Task Every_view_fits_is_accessible_and_breaks_no_rule(ColorScheme scheme, int width)
    {
        foreach (var (name, address, shows) in Views)
        {
            await using var visit = await Visit.Begin(chromium, shop.Server, address, scheme, width);
            await Expect(visit.Page.Locator("main")).ToContainTextAsync(shows);
            if (name == "run")
                await visit.Table("shop.orders").Locator("summary").ClickAsync();
            string ground = await visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
            Assert.Equal(scheme == ColorScheme.Dark ? "rgb(12, 20, 27)" : "rgb(243, 247, 250)", ground);
            await visit.FitsItsWidth();
            await visit.IsAccessible();
            await visit.Picture($"{name}-{scheme}-{width}".ToLowerInvariant());
            if (name != "lost")
                visit.WentWell();
        }
    }
}
