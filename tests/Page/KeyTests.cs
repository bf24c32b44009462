using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Page.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mammoth.Tests.Page;

/// <summary>A tab without a key, and what is begun from there.</summary>
public sealed class KeyTests(ServedShop shop, Chromium chromium) : IClassFixture<ServedShop>
{
    [Fact]
    public async Task A_key_is_asked_for_tried_and_kept_until_it_is_forgotten()
    {
        await using var visit = await Visit.Begin(chromium, shop.Server, withKey: false);
        await Expect(visit.Heading("A key, please")).ToBeVisibleAsync();
        await visit.Picture("key");
        await visit.Page.GetByLabel("API key").FillAsync("mammoth_wrong");
        await visit.Button("Open").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not take this key");
        await visit.IsAccessible();

        await visit.Page.GetByLabel("API key").FillAsync(shop.Server.Key!);
        await visit.Button("Open").ClickAsync();
        await Expect(visit.Heading("Runs")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Table)).ToContainTextAsync("succeeded");
        await visit.Page.ReloadAsync();
        await Expect(visit.Heading("Runs")).ToBeVisibleAsync();

        await visit.Button("Forget the key").ClickAsync();
        await Expect(visit.Heading("A key, please")).ToBeVisibleAsync();
        visit.WentWell();
    }

    [Fact]
    public async Task A_run_is_started_by_clicks_and_a_form_that_says_what_it_lacks()
    {
        await using var visit = await Visit.Begin(chromium, shop.Server);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Start a migration" }).ClickAsync();
        await visit.Page.GetByLabel("Some tables, by pattern").CheckAsync();
        await visit.Page.GetByLabel("Dry run").CheckAsync();
        await visit.Button("Plan it").ClickAsync();
        await Expect(visit.Page.GetByText("Name at least one pattern")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Tables", new() { Exact = true })).ToBeFocusedAsync();
        await visit.Picture("start");

        await visit.Page.GetByLabel("Tables", new() { Exact = true }).FillAsync("shop.*");
        await visit.Page.GetByLabel("But not").FillAsync("shop.odd*");
        await visit.Button("Plan it").ClickAsync();
        await Expect(visit.State).ToHaveTextAsync("succeeded");
        await Expect(visit.Heading("Dry run of")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("details.table")).ToHaveCountAsync(2);
        await Expect(visit.Table("shop.orders")).ToContainTextAsync("planned");
        visit.WentWell();
    }

    [Fact]
    public async Task A_run_is_started_with_the_keyboard_alone()
    {
        await using var visit = await Visit.Begin(chromium, shop.Server, withKey: false);
        await Expect(visit.Page.GetByLabel("API key")).ToBeFocusedAsync();
        await visit.Page.Keyboard.TypeAsync(shop.Server.Key!);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Heading("Runs")).ToBeFocusedAsync();
        await visit.TabTo("Start a migration");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Heading("Start a migration")).ToBeFocusedAsync();
        await visit.TabTo("Dry run");
        await visit.Page.Keyboard.PressAsync("Space");
        await visit.TabTo("Plan it");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Heading("Dry run of")).ToBeFocusedAsync();
        await Expect(visit.State).ToHaveTextAsync("succeeded");
        await Expect(visit.Page.Locator("details.table")).ToHaveCountAsync(3);
        visit.WentWell();
    }
}
