namespace Memorization.Configuration;

/// <summary>
/// The user's input, configuration or folder is wrong. The message is one line for that user: what, where, and the fix.
/// </summary>
public sealed class SetupException : Exception
{
    /// <summary>An error the user can mend.</summary>
    public SetupException(string message)
        : base(message)
    {
    }

    /// <summary>An error the user can mend, with what the system said.</summary>
    public SetupException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
