using Mammoth.Postgres.Dumps;

namespace Mammoth.Tests.Postgres.Dumps;

public sealed class SchemaScriptTests
{
    private const string Script = """
        --
        -- PostgreSQL database dump
        --

        \restrict abc;def

        SET statement_timeout = 0;

        --
        -- Name: mood; Type: TYPE; Schema: shop; Owner: o'wner
        --

        CREATE TYPE shop.mood AS ENUM (
            'it''s; sad', E'back\\slash\'; "quoted'
        );


        ALTER TYPE shop.mood OWNER TO "o'wner;";

        --
        -- Name: f(integer); Type: FUNCTION; Schema: shop; Owner: x
        --

        CREATE FUNCTION shop.f(a integer) RETURNS integer
            LANGUAGE plpgsql
            AS $_$ BEGIN; -- Name: x; Type: ACL; Schema: s; Owner: y
        RETURN $1; END; $_$;

        CREATE FUNCTION shop.g(a integer) RETURNS SETOF integer
            LANGUAGE sql
            BEGIN ATOMIC
         SELECT CASE WHEN (a > 1) THEN 1 ELSE 2 END AS "end;";
         SELECT 2 /* ; /* END; */ */;
        END;

        --
        -- Name: TABLE a$b; Type: ACL; Schema: shop; Owner: x
        --

        GRANT SELECT ON TABLE shop.a$b TO c;
        """;

    [Fact]
    public void A_dump_is_taken_apart_at_the_semicolons_that_end_statements()
    {
        SchemaStatement[] statements = [.. SchemaScript.Read(Script)];
        Assert.Equal(
            [("", "SET statement_timeout = 0"), ("TYPE", "CREATE TYPE shop.mood"), ("TYPE", "ALTER TYPE shop.mood"), ("FUNCTION", "CREATE FUNCTION shop.f"), ("FUNCTION", "CREATE FUNCTION shop.g"), ("ACL", "GRANT SELECT ON TABLE")],
            statements.Select(s => (s.Type, s.Sql[..Math.Min(s.Sql.Length, s.Type == "ACL" ? 21 : s.Type == "FUNCTION" ? 22 : s.Type == "TYPE" && s.Sql[0] == 'A' ? 20 : s.Type == "TYPE" ? 21 : 99)])));
        Assert.EndsWith("END; $_$", statements[3].Sql, StringComparison.Ordinal);
        Assert.EndsWith("END", statements[4].Sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TYPE x AS ENUM ('a")]
    [InlineData("SELECT $a$ b")]
    [InlineData("/* /* */")]
    [InlineData("--")]
    [InlineData("\\")]
    public void What_is_cut_ends(string script) => Assert.InRange(SchemaScript.Read(script).Count(), 0, 1);
}
