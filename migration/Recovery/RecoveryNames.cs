using System.Globalization;
using System.Text;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Recovery;

/// <summary>The names under which a table comes back.</summary>
/// <param name="Own">As in the source.</param>
/// <param name="Beside">In the schema <c>mammoth_rehearsal</c>, where tables of the dump have the source's names.</param>
public sealed record RecoveryNames(QualifiedName Own, QualifiedName Beside)
{
    /// <summary>Bytes that PostgreSQL keeps of a name; it cuts off the others without a word.</summary>
    private const int Longest = 63;

    /// <summary>
    /// The names of tables, all of them different: two tables of a warehouse may come from one of the source (it was renamed, or came into two namespaces), and longer names may differ only where
    /// PostgreSQL cuts them off. The first has its name, the others a number behind it.
    /// </summary>
    internal static IReadOnlyList<RecoveryNames> Of(IEnumerable<(TableIdentifier Identifier, TableMetadata Metadata)> tables)
    {
        var taken = new HashSet<QualifiedName>();
        return
        [
            .. tables.Select(t =>
            {
                QualifiedName source = SourceTable.Of(t.Identifier.Namespace, t.Metadata)?.ToName() ?? new(t.Identifier.Namespace, t.Identifier.Name);
                return new RecoveryNames(Free(source.Schema, source.Name, taken), Free(RecoveryTypes.OwnSchema, source.ToString(), taken));
            }),
        ];
    }

    private static QualifiedName Free(string schema, string name, HashSet<QualifiedName> taken)
    {
        schema = Cut(schema, Longest);
        for (int number = 1; ; number++)
        {
            string suffix = number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"~{number}");
            QualifiedName free = new(schema, $"{Cut(name, Longest - suffix.Length)}{suffix}");
            if (taken.Add(free))
            {
                return free;
            }
        }
    }

    /// <summary>Whole letters only.</summary>
    private static string Cut(string name, int bytes)
    {
        int length = 0;
        foreach (Rune letter in name.EnumerateRunes())
        {
            if ((bytes -= letter.Utf8SequenceLength) < 0)
            {
                break;
            }

            length += letter.Utf16SequenceLength;
        }

        return name[..length];
    }
}
