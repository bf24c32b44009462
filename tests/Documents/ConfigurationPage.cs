using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mammoth.Cli.Commands;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Documents;

/// <summary>docs/configuration.md, made of what the programs themselves say: the command's options, the app's settings, the configuration's schema.</summary>
internal static partial class ConfigurationPage
{
    /// <summary>Defaults that are worked out where the option is read.</summary>
    private static readonly Dictionary<string, string> WorkedOut = new()
    {
        ["--slots"] = "the processors, 2 to 16, fewer where memory is short",
        ["--max-errors"] = "any number",
        ["--max-rate"] = "none",
        ["--max-connections"] = "none",
        ["--max-snapshot-age"] = "none",
        ["--large-values"] = string.Create(CultureInfo.InvariantCulture, $"{new MigrationOptions().LargeValueBytes >> 20}MB"),
        ["--target-file-size"] = string.Create(CultureInfo.InvariantCulture, $"{new MigrationOptions().TargetFileSize >> 20}MB"),
        ["--older-than"] = "3d",
        ["--include"] = "all",
        ["--exclude"] = "none",
        ["--columns"] = "all",
        ["--limit"] = "all; as text 20",
    };

    public static string Make(string root)
    {
        var page = new StringBuilder();
        page.Append("""
            # Configuration

            Every option, variable, setting and field there is. This page is made from the programs (`MAMMOTH_WRITE_DOCS=1 dotnet test tests --filter-class "*ConfigurationPageTests"`),
            and a test fails where it is out of date: don't edit it by hand. What the options mean together is in [command-line.md](command-line.md).

            ## The command's options

            An option comes before its variable, and a variable that is empty is as one that is not set. What is not given at all is as the default says.

            | option | takes | else the variable | default | of | what it does |
            |---|---|---|---|---|---|

            """);
        foreach (var option in Options())
            page.AppendLine(option);
        page.Append("""

            ## Variables that are no option's

            | variable | of | what it holds |
            |---|---|---|

            """);
        foreach (var variable in Variables.Others)
            page.AppendLine($"| {variable.Name} | {variable.Of} | {variable.What} |");
        page.Append("""

            ## The app's settings

            Application settings of the Functions app in Azure; in `local.settings.json` on one machine. The templates set all of them ([deploy.md](deploy.md)).
            Schedules have six fields, seconds first, in UTC.

            | setting | default | what it holds |
            |---|---|---|

            """);
        foreach (var setting in Variables.App)
            page.AppendLine($"| {setting.Name} | {setting.Of} | {setting.What} |");
        page.Append("""

            ## The configuration file

            JSON, named by `--config`; comments and trailing commas are taken, unknown fields refused. Its schema, for editors, is [mammoth.schema.json](mammoth.schema.json).

            | field | takes | what it does |
            |---|---|---|

            """);
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "docs", "mammoth.schema.json")));
        foreach (var field in Fields(schema.RootElement, schema.RootElement, ""))
            page.AppendLine(field);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static IEnumerable<string> Options()
    {
        var tree = MammothCommand.Create(Terminal.Plain(TextWriter.Null, TextWriter.Null));
        var all = Commands(tree, "").SelectMany(c => c.Command.Options.Select(o => (Option: o, c.Name))).Where(o => o.Option.Name is not ("--help" or "--version"));
        return all
            .GroupBy(o => (o.Option.Name, o.Option.Description, o.Option.HelpName))
            .Select(same => Row(same.First().Option, string.Join(", ", same.Select(o => o.Option.Recursive && o.Name.Length == 0 ? "all" : $"`{o.Name}`{(o.Option.Recursive ? " and below" : "")}"))));
    }

    private static string Row(Option option, string commands)
    {
        string names = string.Join(", ", option.Aliases.Prepend(option.Name).Distinct().Select(n => $"`{n}`"));
        string variable = Variable().Match(option.Description!) is { Success: true } match ? $"`{match.Value}`" : "";
        string takes = option.HelpName is { } help ? Code(help) : option.ValueType == typeof(bool) ? "" : throw new InvalidOperationException($"{option.Name} does not say what it takes.");
        return $"| {names} | {takes} | {variable} | {Default(option)} | {commands} | {Escape(option.Description!)} |";
    }

    private static string Default(Option option)
    {
        if (option.Required)
            return "must be given";
        if (option.ValueType == typeof(bool))
            return "";
        if (option.HasDefaultValue)
            return $"`{option.GetDefaultValue()}`";
        if (WorkedOut.TryGetValue(option.Name, out string? known))
            return known;
        return option.ValueType.IsEnum ? $"`{Enum.GetName(option.ValueType, Activator.CreateInstance(option.ValueType)!)!.ToLowerInvariant()}`" : "";
    }

    private static IEnumerable<(Command Command, string Name)> Commands(Command command, string name) =>
        command.Subcommands.SelectMany(s => Commands(s, $"{name} {s.Name}".Trim())).Prepend((command, name));

    private static IEnumerable<string> Fields(JsonElement schema, JsonElement root, string path)
    {
        foreach (var field in schema.GetProperty("properties").EnumerateObject())
        {
            var value = field.Value;
            string name = path + field.Name;
            var shape = Resolve(value, root);
            yield return $"| {Code(name)} | {Takes(shape, root)} | {Escape(Text(value) ?? Text(shape) ?? "the schema's address, for editors")}{(value.TryGetProperty("default", out var other) ? $" Else `{other}`." : "")} |";
            if (shape.TryGetProperty("additionalProperties", out var each) && each.ValueKind == JsonValueKind.Object && Resolve(each, root) is var inner && inner.TryGetProperty("properties", out _))
            {
                foreach (string row in Fields(inner, root, $"{name}.<pattern>."))
                    yield return row;
            }
            else if (shape.TryGetProperty("properties", out _))
            {
                foreach (string row in Fields(shape, root, $"{name}."))
                    yield return row;
            }
        }
    }

    private static string Takes(JsonElement shape, JsonElement root)
    {
        if (shape.TryGetProperty("enum", out var words))
            return string.Join(", ", words.EnumerateArray().Select(w => $"`{w}`"));
        return shape.GetProperty("type").GetString() switch
        {
            "array" => "a list of texts",
            "object" when shape.GetProperty("additionalProperties") is { ValueKind: JsonValueKind.Object } each => Resolve(each, root).TryGetProperty("properties", out _) ? "settings by pattern" : "a value by column",
            "string" => "text",
            "integer" => "a whole number",
            "object" => "settings",
            var other => other!,
        };
    }

    private static JsonElement Resolve(JsonElement schema, JsonElement root) =>
        schema.TryGetProperty("$ref", out var reference) ? root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]) : schema;

    private static string? Text(JsonElement schema) => schema.TryGetProperty("description", out var text) ? text.GetString() : null;

    private static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";

    /// <summary>A cell that shows what it holds: no column ends early, no &lt;tag&gt; and no * is taken for markup.</summary>
    private static string Escape(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("~/", "\\~/", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<=Else )MAMMOTH_[A-Z_]+")]
    private static partial Regex Variable();
}
