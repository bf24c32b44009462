using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>
/// A blocking socket, over TLS where asked for. Blocking on purpose: a stream of rows is received in pieces as large as can be, without a context switch for each
/// packet. It must never be used asynchronously: the runtime would make it non-blocking for good.
/// </summary>
internal sealed class CopySocket : IDisposable
{
    // Linux names; elsewhere the option is left alone.
    private const int SolSocket = 1;
    private const int SoRcvLowAt = 18;
    private const int LowWater = 512 << 10;
    private readonly Socket socket;
    private Stream? secure;
    private ReceivedStream? received;
    private bool isPatient;

    /// <summary>Receives are limited by <see cref="Silence"/>, not by what a statement or a login may take.</summary>
    private bool isSilenceLimited;

    /// <summary>
    /// So long a stream of rows may be silent. A proxy that has lost its server answers keepalives as if all were well: without a limit a copy would wait for ever.
    /// <c>MAMMOTH_COPY_SILENCE</c> is another, in seconds, for filters that pass no row for longer; 0: none.
    /// </summary>
    internal static TimeSpan SilenceLimit { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("MAMMOTH_COPY_SILENCE"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMinutes(10);

    private CopySocket(Socket socket) => this.socket = socket;

    /// <summary>That of this connection.</summary>
    internal TimeSpan Silence { get; set; } = SilenceLimit;

    /// <summary>What is received goes through TLS.</summary>
    public bool IsSecure => secure is not null;

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">There is no connection to be had.</exception>
    /// <exception cref="TimeoutException">Not in time.</exception>
    public static CopySocket Connect(CopyTarget target)
    {
        Exception? failure = null;
        foreach (System.Net.EndPoint end in CopyEndPoints.Of(target))
        {
            var socket = new Socket(end.AddressFamily, SocketType.Stream, end.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                CopyEndPoints.Connect(socket, end, target.ConnectTimeout);
                if (end.AddressFamily != AddressFamily.Unix)
                {
                    socket.NoDelay = true;
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                    socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
                    socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
                }

                return new CopySocket(socket);
            }
            catch (Exception e) when (e is SocketException or TimeoutException)
            {
                // A name may stand for several addresses, of which one answers.
                socket.Dispose();
                failure = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Fails a receive that takes longer; zero: none does.</summary>
    public void LimitReceives(TimeSpan limit)
    {
        isSilenceLimited = false;
        socket.ReceiveTimeout = limit > TimeSpan.Zero ? (int)limit.TotalMilliseconds : 0;
    }

    /// <summary>Fails a receive that takes longer than <see cref="Silence"/>, with a <see cref="SilenceException"/>.</summary>
    public void LimitSilence()
    {
        LimitReceives(Silence);
        isSilenceLimited = true;
    }

    /// <summary>Goes on in TLS.</summary>
    public void Secure(SslClientAuthenticationOptions options)
    {
        received = new ReceivedStream(this);
        var stream = new SslStream(received, leaveInnerStreamOpen: true);
        try
        {
            stream.AuthenticateAsClient(options);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        secure = stream;
    }

    /// <summary>
    /// While a stream of rows is received: wait for much to have come, or for a moment. Else the reader would be woken for each packet.
    /// </summary>
    public void Patient(bool on)
    {
        if (!on)
            LimitReceives(TimeSpan.Zero);
        if (on == isPatient || !OperatingSystem.IsLinux() || socket.AddressFamily == AddressFamily.Unix)
            return;
        isPatient = on;
        socket.SetRawSocketOption(SolSocket, SoRcvLowAt, BitConverter.GetBytes(on ? LowWater : 1));

        // Without it the last bytes before the low-water mark would never come.
        socket.ReceiveTimeout = on ? 20 : 0;
    }

    /// <summary>Receives at least one byte; 0 where the other side has closed.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public int Receive(Span<byte> target)
    {
        if (secure is null)
            return ReceivePlain(target);
        int all = 0;
        do
        {
            // One record at a time: 8 kB from PostgreSQL, too little to decode by itself.
            int read = secure.Read(target[all..]);
            if (read == 0)
                break;
            all += read;
        }
        while (all < target.Length && received!.HasMuch);
        return all;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (secure is not null)
            secure.Write(bytes);
        else
            SendPlain(bytes);
    }

    /// <summary>Wakes whoever is receiving, from another thread: it finds the connection closed.</summary>
    public void Break()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is broken already.
        }
    }

    public void Dispose()
    {
        secure?.Dispose();
        socket.Dispose();
    }

    private int ReceivePlain(Span<byte> target)
    {
        long asked = Environment.TickCount64;
        while (true)
        {
            int read = socket.Receive(target, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
                return read;
            bool isLate = error is SocketError.TimedOut or SocketError.WouldBlock;
            if (isLate && (isPatient ? Silence > TimeSpan.Zero && Environment.TickCount64 - asked > Silence.TotalMilliseconds : isSilenceLimited))
                throw new SilenceException(Silence);
            if (!(isPatient && isLate) && error != SocketError.Interrupted)
                throw new IOException("The connection to the server broke while receiving.", new SocketException((int)error));
        }
    }

    private void SendPlain(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
                throw new IOException("The connection to the server broke while sending.", new SocketException((int)error));
            bytes = bytes[sent..];
        }
    }

    /// <summary>What TLS reads from: much at a time, since it asks for little.</summary>
    private sealed class ReceivedStream(CopySocket socket) : Stream
    {
        private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 20);
        private int start;
        private int end;

        /// <summary>More than two of the largest records: data are among them. Of a record without any, as those that change keys are, TLS would say nothing, and wait for the next.</summary>
        public bool HasMuch => end - start >= 1 << 16;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> target)
        {
            if (start == end)
                (start, end) = (0, socket.ReceivePlain(buffer));
            int count = Math.Min(target.Length, end - start);
            buffer.AsSpan(start, count).CopyTo(target);
            start += count;
            return count;
        }

        public override void Write(byte[] buffer, int offset, int count) => socket.SendPlain(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> bytes) => socket.SendPlain(bytes);

        public override void Flush()
        {
            // Nothing is kept back.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
