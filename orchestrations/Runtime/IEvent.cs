namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// An external event: a record that is sent to an instance, under its type's name. <c>await context.Next&lt;Approval&gt;()</c> takes it.
/// </summary>
public interface IEvent;
