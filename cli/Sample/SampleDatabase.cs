namespace Mammoth.Cli.Sample;

/// <summary>The whole sample: its tables in the order they are loaded, and what is made of them afterwards.</summary>
internal static class SampleDatabase
{
    /// <summary>The schemas that it makes and owns.</summary>
    public static readonly string[] Schemas = ["shop", "types", "Odd \"Names\""];

    /// <summary>Keys and foreign keys come after the rows: checking them at once is much cheaper.</summary>
    public static readonly string[] Afterwards =
    [
        "ALTER TABLE shop.customers ADD PRIMARY KEY (id), ADD UNIQUE (email), ADD UNIQUE (external_id)",
        "ALTER TABLE shop.employees ADD PRIMARY KEY (id), ADD FOREIGN KEY (boss_id) REFERENCES shop.employees",
        "ALTER TABLE shop.products ADD PRIMARY KEY (id), ADD UNIQUE (sku)",
        "ALTER TABLE shop.warehouses ADD PRIMARY KEY (id)",
        "ALTER TABLE shop.managers ADD PRIMARY KEY (id), ADD FOREIGN KEY (warehouse_id) REFERENCES shop.warehouses DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE shop.warehouses ADD FOREIGN KEY (manager_id) REFERENCES shop.managers DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE shop.suppliers ADD PRIMARY KEY (id)",
        "ALTER TABLE shop.contracts ADD PRIMARY KEY (id)",
        "ALTER TABLE shop.contacts ADD PRIMARY KEY (id), ADD FOREIGN KEY (supplier_id) REFERENCES shop.suppliers DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE shop.suppliers ADD FOREIGN KEY (main_contract_id) REFERENCES shop.contracts DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE shop.contracts ADD FOREIGN KEY (signed_by) REFERENCES shop.contacts DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE shop.orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES shop.customers, ADD FOREIGN KEY (employee_id) REFERENCES shop.employees",
        "ALTER TABLE shop.order_lines ADD PRIMARY KEY (order_id, line), ADD FOREIGN KEY (order_id) REFERENCES shop.orders, "
            + "ADD FOREIGN KEY (product_id) REFERENCES shop.products, ADD FOREIGN KEY (warehouse_id) REFERENCES shop.warehouses",
        "ALTER TABLE shop.events ADD PRIMARY KEY (id, at, kind)",
        "ALTER TABLE shop.attachments ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES shop.orders",
        "ALTER TABLE shop.returns ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES shop.orders",
        "ALTER TABLE shop.places ADD PRIMARY KEY (id)",
        "ALTER TABLE shop.cities ADD PRIMARY KEY (id)",
        "ALTER TABLE shop.readings ADD PRIMARY KEY (id)",
        "ALTER TABLE types.every_type ADD PRIMARY KEY (id)",
        "ALTER TABLE types.extremes ADD PRIMARY KEY (id)",
        "CREATE INDEX ON shop.orders (customer_id)",
        "SELECT setval(pg_get_serial_sequence('shop.customers', 'id'), (SELECT max(id) FROM shop.customers))",
        "SELECT setval(pg_get_serial_sequence('types.every_type', 'id'), (SELECT max(id) FROM types.every_type))",
        "CREATE SEQUENCE shop.invoice_numbers START 20240001 INCREMENT 7",
        "SELECT nextval('shop.invoice_numbers')",
        "CREATE VIEW shop.order_totals AS SELECT order_id, sum(quantity * price) AS total FROM shop.order_lines GROUP BY order_id",
        "CREATE MATERIALIZED VIEW shop.sales_by_month AS SELECT date_trunc('month', placed_at AT TIME ZONE 'UTC') AS month, count(*) AS orders, sum(total) AS total FROM shop.orders GROUP BY 1",
    ];

    /// <summary>All tables in the order they are loaded.</summary>
    public static IReadOnlyList<SampleTable> Tables(SampleSize size, long seed, ServerAbilities server)
    {
        SampleCounts counts = SampleCounts.Of(size);
        return
        [
            .. PeopleTables.All(counts),
            .. CycleTables.All(counts, server),
            new OrderTables(counts, seed).Orders(),
            new OrderTables(counts, seed).Lines(),
            EventTables.Events(counts),
            AttachmentTable.Attachments(counts),
            .. OddTables.All(counts),
            .. TypeTables.All(counts, server),
        ];
    }
}
