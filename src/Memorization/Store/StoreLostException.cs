namespace Memorization.Store;

/// <summary>Another process writes the store that this one held: nothing more can be committed.</summary>
/// <param name="message">Who, and what to do.</param>
public sealed class StoreLostException(string message) : Exception(message);
