using System.Globalization;

namespace Memorization.Tests.Demo;

/// <summary>How much a test measures: a little in every run of the suite, all of it when a variable says so.</summary>
internal static class MeasuredSize
{
    public static int Of(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
