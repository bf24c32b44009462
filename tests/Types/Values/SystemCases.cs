namespace Mammoth.Tests.Types.Values;

/// <summary>Types for PostgreSQL's own use, which a column can have nevertheless.</summary>
internal static class SystemCases
{
    public static IEnumerable<TypeCase> All()
    {
        yield return new("xid8", "xid8", "string", r => ((ulong)r.NextInt64(long.MinValue, long.MaxValue)).Text());
        yield return new("tid", "tid", "string", r => $"({r.Whole(0, uint.MaxValue)},{r.Whole(0, ushort.MaxValue)})");
        yield return new("pg_lsn", "pg_lsn", "string", r => $"{(uint)r.Whole(0, uint.MaxValue):X}/{(uint)r.Whole(0, uint.MaxValue):X}");
        foreach (string name in (string[])["pg_snapshot", "txid_snapshot"])
            yield return new(name, name, "string", r => r.Next(10, 1000) is var low ? $"{low}:{low + 20}:{r.Pick("", $"{low}", $"{low + 1},{low + 7}")}" : "");
        yield return new("regproc", "regproc", "string", r => r.Pick("now", "pg_backend_pid", "-", "4294967295"));
        yield return Listed("regprocedure", "pg_proc");
        yield return new("regoper", "regoper", "string", r => r.Pick("||/", "0", "4294967294"));
        yield return Listed("regoperator", "pg_operator");
        yield return Listed("regclass", "pg_class");
        yield return Listed("regtype", "pg_type");
        yield return Listed("regrole", "pg_authid");
        yield return Listed("regnamespace", "pg_namespace");
        yield return Listed("regconfig", "pg_ts_config");
        yield return Listed("regdictionary", "pg_ts_dict");
        yield return new("regcollation", "regcollation", "string", r => r.Pick("\"C\"", "\"POSIX\"", "\"default\"", "-"));
        yield return new("oidvector", "oidvector", "string", r => r.Joined(" ", 0, 5, () => r.Whole(0, uint.MaxValue).Text())) { ArrayTarget = "string" };
        yield return new("int2vector", "int2vector", "string", r => r.Joined(" ", 0, 5, () => r.Whole(short.MinValue, short.MaxValue).Text())) { ArrayTarget = "string" };
        yield return new("aclitem", "aclitem", "string", r => r.Pick("=r/pg_monitor", "pg_monitor=arwd/pg_monitor", "pg_monitor=a*r*/pg_read_all_data"));
        yield return new("gtsvector", "gtsvector", "string", null);
        yield return Inner("pg_node_tree", "SELECT ev_action FROM pg_catalog.pg_rewrite LIMIT 50");
        yield return Inner("pg_ndistinct", "SELECT stxdndistinct FROM pg_catalog.pg_statistic_ext_data");
        yield return Inner("pg_dependencies", "SELECT stxddependencies FROM pg_catalog.pg_statistic_ext_data");
        yield return Inner("pg_mcv_list", "SELECT stxdmcv FROM pg_catalog.pg_statistic_ext_data");
        yield return new("pg_brin_bloom_summary", "pg_brin_bloom_summary", "string", null) { HasArray = false, Since = 14 };
        yield return new("pg_brin_minmax_multi_summary", "pg_brin_minmax_multi_summary", "string", null) { HasArray = false, Since = 14 };
    }

    private static TypeCase Listed(string type, string catalog) => new(type, type, "string", null)
    {
        Fill = $"SELECT oid::{type} FROM pg_catalog.{catalog} ORDER BY pg_catalog.md5(oid::text || '{TestSeed.For(type).Next()}') LIMIT 300",
    };

    // These have no input.
    private static TypeCase Inner(string type, string query) => new(type, type, "string", null) { Fill = query, ReadsItself = false, HasArray = false };
}
