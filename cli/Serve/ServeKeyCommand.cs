using System.CommandLine;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Errors;
using Spectre.Console;

namespace Mammoth.Cli.Serve;

/// <summary><c>mammoth serve key</c>: the API's keys.</summary>
internal static class ServeKeyCommand
{
    public static Option<FileInfo?> File() => new("--keys")
    {
        Description = $"The file with the keys' hashes. Else {KeyFile.Variable}, else a file in the user's application data.",
        HelpName = "file",
        Recursive = true,
    };

    public static KeyFile Of(FileInfo? given) =>
        new(given?.FullName ?? (Environment.GetEnvironmentVariable(KeyFile.Variable) is { Length: > 0 } set ? Path.GetFullPath(set) : KeyFile.DefaultPath()));

    public static Command Create(Terminal terminal, Option<FileInfo?> file)
    {
        Command command = new("key", "The keys with which the API may be used. Only their hashes are kept.")
        {
            CreateKey(terminal, file), ListKeys(terminal, file), RevokeKey(terminal, file),
        };
        return command;
    }

    private static CommandWithExamples CreateKey(Terminal terminal, Option<FileInfo?> file)
    {
        Option<string> name = new("--name") { Description = "Who uses it.", HelpName = "name", Required = true };
        CommandWithExamples command = new("create", "Make a key and print it, once.", "mammoth serve key create --name laptop") { name };
        command.SetAction(parsed =>
        {
            KeyFile keys = Of(parsed.GetValue(file));
            string wanted = parsed.GetRequiredValue(name);
            if (keys.Keys().Any(k => k.Name == wanted))
                throw new UsageException($"There is a key called {wanted}.", $"Choose another name, or `mammoth serve key revoke {wanted}` first.");

            (string text, ApiKey kept) = ApiKey.Create(wanted, DateTimeOffset.UtcNow);
            keys.Save([.. keys.Keys(), kept]);
            terminal.Raw.WriteLine(text);
            terminal.Error.MarkupLineInterpolated($"[dim]It is shown this once; its hash is in {keys.Path}.[/]");
            return 0;
        });
        return command;
    }

    private static CommandWithExamples ListKeys(Terminal terminal, Option<FileInfo?> file)
    {
        CommandWithExamples command = new("list", "List the keys' names.", "mammoth serve key list");
        command.SetAction(parsed =>
        {
            foreach (ApiKey key in Of(parsed.GetValue(file)).Keys())
                terminal.Raw.WriteLine($"{key.Name}  {key.Created.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");

            return 0;
        });
        return command;
    }

    private static CommandWithExamples RevokeKey(Terminal terminal, Option<FileInfo?> file)
    {
        Argument<string> name = new("name") { Description = "The key's name." };
        CommandWithExamples command = new("revoke", "Take a key back. A server that runs heeds it at once.", "mammoth serve key revoke laptop") { name };
        command.SetAction(parsed =>
        {
            KeyFile keys = Of(parsed.GetValue(file));
            string unwanted = parsed.GetRequiredValue(name);
            ApiKey[] left = [.. keys.Keys().Where(k => k.Name != unwanted)];
            if (left.Length == keys.Keys().Count)
                throw new UsageException($"There is no key called {unwanted}.", "`mammoth serve key list` shows those there are.");

            keys.Save(left);
            terminal.Error.MarkupLineInterpolated($"[dim]{unwanted} is revoked.[/]");
            return 0;
        });
        return command;
    }
}
