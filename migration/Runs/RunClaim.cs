using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;

namespace Mammoth.Migration.Runs;

/// <summary>Keeps the warehouse a run's (<see cref="CurrentRun"/>) for as long as this process works at it.</summary>
public sealed class RunClaim : IAsyncDisposable
{
    private readonly MigrationSite _site;
    private readonly string _run;
    private readonly TimeProvider _time;
    private readonly bool _isWhole;
    private readonly CancellationTokenSource _stopping = new();
    private Task _renewing = Task.CompletedTask;

    private RunClaim(MigrationSite site, string run, TimeProvider? time, bool isWhole) => (_site, _run, _time, _isWhole) = (site, run, time ?? TimeProvider.System, isWhole);

    /// <summary>Claims the warehouse for a run that happens in this process as a whole: disposed, the claim is given back, whether the run has ended or is gone on with later.</summary>
    /// <param name="isLeft">Whether it is certain that nobody works at another run, although its claim has not run out.</param>
    /// <exception cref="RunUnderWayException">Another run has it.</exception>
    public static async Task<RunClaim> Take(MigrationSite site, string run, Func<string, bool> isLeft, CancellationToken cancellation, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(site);
        await Check(site, run, isLeft, time ?? TimeProvider.System, cancellation);
        return new RunClaim(site, run, time, isWhole: true);
    }

    /// <summary>The same for a step of a run, of which others may happen elsewhere: it is renewed until disposed, and stays the run's.</summary>
    /// <param name="begins">Whether the run must have the warehouse to itself before the step begins; else it is only told where it has not.</param>
    /// <exception cref="RunUnderWayException">Another run has it.</exception>
    public static async Task<RunClaim> KeepDuring(MigrationSite site, string run, bool begins, CancellationToken cancellation, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(site);
        if (begins)
        {
            await Check(site, run, _ => false, time ?? TimeProvider.System, cancellation);
        }

        var claim = new RunClaim(site, run, time, isWhole: false);
        claim.Keep();
        return claim;
    }

    /// <summary>Renews the claim from now on.</summary>
    public void Keep() => _renewing = Renew();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _renewing;
        _stopping.Dispose();
        if (_isWhole)
        {
            try
            {
                await CurrentRun.Free(_site, _run, CancellationToken.None);
            }
            catch (Exception e) when (IsOfTheStore(e))
            {
                // It runs out.
            }
        }
    }

    private static async Task Check(MigrationSite site, string run, Func<string, bool> isLeft, TimeProvider time, CancellationToken cancellation)
    {
        if (await CurrentRun.Claim(site, run, time, async (other, c) => isLeft(other) ? true : await CurrentRun.HasReported(site, other, c), cancellation) is { } inTheWay)
        {
            throw new RunUnderWayException(inTheWay);
        }
    }

    private async Task Renew()
    {
        bool isFirst = true;
        bool isTold = false;
        try
        {
            while (true)
            {
                try
                {
                    ClaimedRun? other = await CurrentRun.Renew(_site, _run, _time, atOnce: isFirst, _stopping.Token);
                    isFirst = false;
                    if (other is not null && !isTold)
                    {
                        isTold = true;
                        await RunWarnings.Tell(_site, _run, $"{other}, although this one has not ended. A table that both write is published by the first that comes to it.");
                    }
                }
                catch (Exception) when (!_stopping.IsCancellationRequested)
                {
                    // Whether the store can be reached is the business of the run's own steps, and whatever else this finds must not fail a run that ends well.
                }

                await Task.Delay(ClaimedRun.Lease / 3, _time, _stopping.Token);
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // It is being disposed: what is given up may fail in ways of its own.
        }
    }

    private static bool IsOfTheStore(Exception e) => e is IOException or InvalidDataException or System.Text.Json.JsonException or UnauthorizedAccessException or StorageException or Azure.RequestFailedException;
}
