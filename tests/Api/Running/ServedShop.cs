using System.Text.Json.Nodes;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api.Running;

/// <summary>A server with one migration done: for tests that only ask.</summary>
public sealed class ServedShop(PostgresFixture postgres) : IAsyncLifetime
{
    internal const string Sql = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.customers(id int PRIMARY KEY, name text NOT NULL, email text);
        CREATE TABLE shop.orders(id int PRIMARY KEY, customer int REFERENCES shop.customers, total numeric(10,2));
        CREATE TABLE shop."odd name/with.dots %2F"(id int PRIMARY KEY);
        CREATE VIEW shop.view AS SELECT 1 AS one;
        INSERT INTO shop.customers SELECT i, 'name ' || i, 'c' || i || '@example.org' FROM generate_series(1, 200) i;
        INSERT INTO shop.orders SELECT i, 1 + i % 200, i * 1.25 FROM generate_series(1, 3000) i;
        """;

    private ServedArea? area;

    internal ApiServer Server { get; private set; } = null!;

    internal ServedArea Area => area!;

    /// <summary>The URL of the migration's status.</summary>
    internal string Run { get; private set; } = "";

    /// <summary>The migration's last status.</summary>
    internal JsonNode Status { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        area = await ServedArea.Create(postgres, Sql);
        Server = await area.Serve();
        Run = await Server.Migrate();
        Status = await Server.Ended(Run);
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        area?.Dispose();
    }
}
