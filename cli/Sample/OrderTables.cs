namespace Mammoth.Cli.Sample;

/// <summary>Orders and their lines: each order's lines come from a stream of its own, so that its total is theirs.</summary>
internal sealed class OrderTables(SampleCounts counts, long seed)
{
    private static readonly string[] States = ["new", "paid", "packed", "shipped", "delivered", "returned"];
    private static readonly DateTime FirstOrder = new(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ulong lineStream = SampleRandom.Stream(seed, "lines of an order").Next();
    private readonly SampleRandom lineRandom = new(0);
    private readonly SampleRandom priceRandom = new(0);

    public SampleTable Orders() => new(
        "shop", "orders", ["id", "customer_id", "employee_id", "placed_at", "state", "total", "note", "delivered_on"],
        """
        CREATE TYPE shop.order_state AS ENUM ('new', 'paid', 'packed', 'shipped', 'delivered', 'returned');
        CREATE TABLE shop.orders (
          id bigint NOT NULL, customer_id bigint NOT NULL, employee_id integer, placed_at timestamptz NOT NULL, state shop.order_state NOT NULL,
          total numeric(14,2) NOT NULL, note text, delivered_on date);
        """)
    {
        Rows = counts.Orders,
        Row = (lines, random, i) =>
        {
            long total = 0;
            int count = Begin(i);
            for (int n = 0; n < count; n++)
            {
                Line line = NextLine();
                total += line.Quantity * line.Price;
            }

            DateTime placed = FirstOrder.AddSeconds((i * 60L % 94_000_000) + random.Below(60)).AddTicks(random.Below(1_000_000) * 10);
            lines.Add((long)i + 1).Add(1 + random.Below(counts.Customers)).Add(random.OneIn(4) ? (int?)null : 1 + random.Below(counts.Employees));
            lines.AddTimestampTz(placed).Add(random.Pick(States)).AddHundredths(total);
            lines.Add(random.OneIn(3) ? Words.Text(random, 3 + random.Below(8)) : null);
            lines.Add(random.OneIn(3) ? (DateOnly?)null : DateOnly.FromDateTime(placed).AddDays(1 + random.Below(9)), "yyyy-MM-dd");
        },
    };

    public SampleTable Lines()
    {
        int order = -1;
        int left = 0;
        int number = 0;
        return new(
            "shop", "order_lines", ["order_id", "line", "product_id", "warehouse_id", "quantity", "price", "discount", "packed_at"],
            """
            CREATE TABLE shop.order_lines (
              order_id bigint NOT NULL, line smallint NOT NULL, product_id integer NOT NULL, warehouse_id integer, quantity integer NOT NULL,
              price numeric(10,2) NOT NULL, discount real, packed_at timestamp);
            """)
        {
            Rows = TotalLines(),
            Row = (lines, random, i) =>
            {
                // Rows come in order, and each order's lines are drawn again from the order's own stream.
                if (i == 0)
                    (order, left) = (-1, 0);

                while (left == 0)
                {
                    left = Begin(++order);
                    number = 0;
                }

                left--;
                Line line = NextLine();
                lines.Add((long)order + 1).Add(++number).Add(line.Product).Add(random.OneIn(9) ? (int?)null : 1 + random.Below(counts.Warehouses));
                lines.Add(line.Quantity).AddHundredths(line.Price).Add(random.OneIn(5) ? random.Below(50) / 100f : (float?)null);
                lines.Add(random.OneIn(4) ? (DateTime?)null : FirstOrder.AddSeconds((order * 60L % 94_000_000) + random.Below(100_000)), "yyyy-MM-dd HH:mm:ss");
            },
        };
    }

    private int TotalLines()
    {
        int total = 0;
        for (int i = 0; i < counts.Orders; i++)
            total += Begin(i);

        return total;
    }

    /// <summary>Goes to an order's stream; 0 to 5 lines, 2.5 on average.</summary>
    private int Begin(int order) => lineRandom.At(lineStream, order).Below(6);

    private Line NextLine()
    {
        int product = 1 + lineRandom.Below(counts.Products);
        return new(product, 1 + lineRandom.Below(9), PeopleTables.Price(priceRandom, PeopleTables.PriceStream(), product));
    }

    private readonly record struct Line(int Product, int Quantity, long Price);
}
