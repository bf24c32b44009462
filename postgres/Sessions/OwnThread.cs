namespace Mammoth.Postgres.Sessions;

/// <summary>Runs what blocks for long on a thread of its own: the pool's threads are for what never waits. Whoever awaits it goes on in the pool; the thread ends, and with it what it kept for itself of shared pools of arrays.</summary>
public static class OwnThread
{
    private const TaskCreationOptions Options = TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously;

    public static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, Options, TaskScheduler.Default);

    public static Task Run(Action work) => Task.Factory.StartNew(work, CancellationToken.None, Options, TaskScheduler.Default);
}
