using System.CommandLine;
using System.Globalization;

namespace Memorization.Pipelines.Terminal;

/// <summary>Options that are whole numbers within a range; the error names the option, the value and the range.</summary>
internal static class NumberOption
{
    public static Option<int> Create(string name, string description, int standard, int least, int greatest = int.MaxValue)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<int>();
            if (value < least || value > greatest)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {(greatest == int.MaxValue ? $"at least {least}" : $"{least} to {greatest}")}."));
        });
        return option;
    }
}
