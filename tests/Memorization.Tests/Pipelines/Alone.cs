using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>Tests that run while no other does: the demo's deadlines are a few seconds, and a good row must not miss them because other tests keep the cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
