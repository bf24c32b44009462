using System.Text;

namespace Mammoth.Cli.Sample;

/// <summary>Words to make text of, among them what breaks naive programs.</summary>
internal static class Words
{
    public static readonly string[] FirstNames =
        ["Ada", "Bjørn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace", "Hikari", "Inès", "João", "Kofi", "Łukasz", "María", "Nguyễn", "Oğuz", "Priya", "Quentin", "Réka", "Søren", "Tomáš"];

    public static readonly string[] LastNames =
        ["Adeyemi", "Brontë", "Çelik", "D'Angelo", "Eriksson", "Fernández", "García", "Håkansson", "Ito", "Jansen", "Kowalski", "Lovelace", "Müller", "Núñez", "O'Brien", "Petrović", "Rossi", "Smith", "Tanaka", "Zhang"];

    public static readonly string[] Things =
        ["lamp", "kettle", "notebook", "bicycle", "teapot", "backpack", "keyboard", "umbrella", "blanket", "camera", "compass", "violin", "scarf", "mug", "chair", "clock", "radio", "ladder", "tent", "mirror"];

    public static readonly string[] Adjectives =
        ["red", "quiet", "folding", "tiny", "ancient", "waterproof", "magnetic", "hand-made", "transparent", "woollen", "second-hand", "left-handed", "solar", "portable", "noisy", "frozen"];

    public static readonly string[] Countries = ["AT", "BR", "CH", "DE", "EG", "FR", "GB", "IN", "JP", "KE", "MX", "NL", "PL", "SE", "TR", "US"];

    public static readonly string[] Plain =
        ["the", "customer", "asked", "for", "delivery", "before", "noon", "and", "left", "parcel", "with", "neighbour", "paid", "cash", "twice", "again", "never", "box", "was", "wet"];

    /// <summary>Astral characters, right-to-left, combining marks, joiners, quotes, backslashes, control characters, only blanks, nothing.</summary>
    public static readonly string[] Odd =
    [
        "", " ", "NULL", "null", "\\N", "\\.", "'quoted'", "\"double\"", "back\\slash", "tab\there", "line\nbreak", "carriage\r\nreturn", "comma,semi;colon",
        "🦣❄️🐘", "👩‍👩‍👧‍👦 family", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠜎𠜱𠝹", "مرحبا بالعالم", "שלום עולם", "a\u202Eb", "e\u0301 combining, é precomposed", "n\u0303\u0323", "ﬁ ligature", "İstanbul ıI", "ß ẞ", "\u0001\u001F\u007F",
        "\uFEFFbom", "\uFFFD", "zero\u200Bwidth", "नमस्ते", "日本語", "한국어", "Ελληνικά", "Кириллица", "{\"json\": [1, 2]}", "{array,like}", "(row,like)", "%s %d ${x}", "<xml>&amp;</xml>", "trailing space ", "-0", "NaN", "infinity",
    ];

    public static string Name(SampleRandom random) => $"{random.Pick(FirstNames)} {random.Pick(LastNames)}";

    /// <summary>Mostly plain words, one time in ten something odd.</summary>
    public static string Text(SampleRandom random, int words)
    {
        if (random.OneIn(10))
            return random.Pick(Odd);

        StringBuilder text = new();
        for (int i = 0; i < words; i++)
            text.Append(i == 0 ? "" : " ").Append(random.Pick(Plain));

        return text.ToString();
    }
}
