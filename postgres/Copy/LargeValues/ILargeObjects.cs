namespace Mammoth.Postgres.Copy.LargeValues;

/// <summary>The large objects that were copied before the rows that name them.</summary>
public interface ILargeObjects
{
    /// <summary>Where the object of this number lies; null where there is none.</summary>
    LargeValue? Find(uint number);
}
