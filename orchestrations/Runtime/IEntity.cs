namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// A small durable state (below 64 KB as JSON): a record with a parameterless constructor, its state before the first operation,
/// and public methods, pure, that are its operations. A method returns the next record; or <c>(next, result)</c>;
/// or anything else, which is the answer to a question and leaves the state. Method names are unique, case ignored.
/// </summary>
public interface IEntity;
