using System.Text.Json.Serialization;
using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy;

/// <summary>
/// How a column travels in binary COPY, and so which Arrow array it becomes. One case for each wire form;
/// what has no case is cast to text by the server and travels as <see cref="Text"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Bool), "bool")]
[JsonDerivedType(typeof(Int2), "int2")]
[JsonDerivedType(typeof(Int4), "int4")]
[JsonDerivedType(typeof(Int8), "int8")]
[JsonDerivedType(typeof(Oid), "oid")]
[JsonDerivedType(typeof(Float4), "float4")]
[JsonDerivedType(typeof(Float8), "float8")]
[JsonDerivedType(typeof(Numeric), "numeric")]
[JsonDerivedType(typeof(Money), "money")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(VersionedText), "versionedtext")]
[JsonDerivedType(typeof(Bytea), "bytea")]
[JsonDerivedType(typeof(Uuid), "uuid")]
[JsonDerivedType(typeof(Date), "date")]
[JsonDerivedType(typeof(Time), "time")]
[JsonDerivedType(typeof(Timestamp), "timestamp")]
[JsonDerivedType(typeof(TimestampTz), "timestamptz")]
[JsonDerivedType(typeof(Hstore), "hstore")]
[JsonDerivedType(typeof(Array), "array")]
[JsonDerivedType(typeof(Composite), "composite")]
public abstract record CopyType
{
    private CopyType()
    {
    }

    /// <summary>The Arrow type of the decoded column.</summary>
    [JsonIgnore]
    public abstract IArrowType ArrowType { get; }

    public sealed record Bool : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => BooleanType.Default;
    }

    public sealed record Int2 : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => Int32Type.Default;
    }

    public sealed record Int4 : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => Int32Type.Default;
    }

    public sealed record Int8 : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => Int64Type.Default;
    }

    /// <summary>Unsigned 32 bits (<c>oid</c>, <c>xid</c>, <c>cid</c>), widened.</summary>
    public sealed record Oid : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => Int64Type.Default;
    }

    public sealed record Float4 : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => FloatType.Default;
    }

    public sealed record Float8 : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => DoubleType.Default;
    }

    /// <summary><c>numeric(precision, scale)</c> within 38 digits. NaN, infinities and other scales do not fit.</summary>
    /// <param name="Precision">Digits of the decimal, 1 to 38.</param>
    /// <param name="Scale">Digits behind the point, 0 to <paramref name="Precision"/>.</param>
    public sealed record Numeric(int Precision, int Scale) : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new Decimal128Type(Precision, Scale);
    }

    /// <summary><c>money</c>: 64 bits of the smallest unit, <paramref name="Scale"/> digits behind the point.</summary>
    public sealed record Money(int Scale) : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new Decimal128Type(19, Scale);
    }

    /// <summary>UTF-8 text as the server sends it.</summary>
    public sealed record Text : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => StringType.Default;
    }

    /// <summary>A version byte (1), then UTF-8 text (<c>jsonb</c>, <c>jsonpath</c>).</summary>
    public sealed record VersionedText : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => StringType.Default;
    }

    public sealed record Bytea : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => BinaryType.Default;
    }

    /// <summary>16 bytes, big-endian.</summary>
    public sealed record Uuid : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new FixedSizeBinaryType(16);
    }

    /// <summary>Days; years 0001 to 9999 fit, infinities do not.</summary>
    public sealed record Date : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => Date32Type.Default;
    }

    /// <summary>Microseconds since midnight; <c>24:00:00</c> does not fit.</summary>
    public sealed record Time : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new Time64Type(TimeUnit.Microsecond);
    }

    /// <summary>Microseconds without zone; years 0001 to 9999 fit, infinities do not.</summary>
    public sealed record Timestamp : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new TimestampType(TimeUnit.Microsecond, (string?)null);
    }

    /// <summary>Microseconds in UTC; years 0001 to 9999 fit, infinities do not.</summary>
    public sealed record TimestampTz : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new TimestampType(TimeUnit.Microsecond, "UTC");
    }

    /// <summary><c>hstore</c>: a map of text to text or null.</summary>
    public sealed record Hstore : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new MapType(
            new Apache.Arrow.Field("key", StringType.Default, false),
            new Apache.Arrow.Field("value", StringType.Default, true));
    }

    /// <summary>An array of at most one dimension with lower bound 1; others do not fit.</summary>
    /// <param name="ElementOid">The element type's oid, which the wire form repeats.</param>
    /// <param name="Element">The element's wire form.</param>
    public sealed record Array(uint ElementOid, CopyType Element) : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new ListType(new Apache.Arrow.Field("element", Element.ArrowType, true));
    }

    /// <summary>A composite value.</summary>
    public sealed record Composite(IReadOnlyList<CompositeField> Fields) : CopyType
    {
        [JsonIgnore]
        public override IArrowType ArrowType => new StructType(
            [.. Fields.Select(f => new Apache.Arrow.Field(f.Name, f.Type.ArrowType, true))]);
    }

    /// <summary>One attribute of a composite; its type's oid is repeated on the wire.</summary>
    public sealed record CompositeField(string Name, uint Oid, CopyType Type);
}
