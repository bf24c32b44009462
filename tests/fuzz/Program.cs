using Mammoth.Fuzz.Targets;
using SharpFuzz;

// Mammoth.Fuzz <target>: under afl-fuzz, which tests/fuzz/run starts. Mammoth.Fuzz <target> <file> …: each file once, to see what it does.
if (args is [var name, .. var files] && FuzzTarget.All.FirstOrDefault(t => t.Name == name) is { } target)
{
    if (files.Length > 0)
    {
        foreach (string file in files)
            target.Read(File.ReadAllBytes(file));
        return 0;
    }

    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Read(input.ToArray());
    });
    return 0;
}

Console.Error.WriteLine($"Mammoth.Fuzz <{string.Join('|', FuzzTarget.All.Select(t => t.Name))}> [file …]");
return 64;
