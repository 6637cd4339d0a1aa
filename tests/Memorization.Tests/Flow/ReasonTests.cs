using Memorization.Flow;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Flow;

public sealed class ReasonTests
{
    [Fact]
    public void Every_reason_names_its_stage_and_its_meaning()
    {
        foreach (var reason in Enum.GetValues<Reason>())
        {
            reason.Meaning().ShouldNotBeNullOrWhiteSpace();
            Enum.IsDefined(reason.Stage()).ShouldBeTrue();
        }
    }

    [Fact]
    public void Reasons_are_listed_in_the_order_of_their_stages() =>
        Enum.GetValues<Reason>().Select(reason => reason.Stage()).ShouldBeInOrder();

    [Fact]
    public void An_outcome_is_a_value_or_a_rejection_never_both()
    {
        Outcome<string> kept = "row";
        Outcome<string> rejected = new Rejection(Reason.Gone, "HTTP 410");

        kept.IsKept(out var value).ShouldBeTrue();
        value.ShouldBe("row");
        kept.Rejection.ShouldBeNull();
        rejected.IsKept(out _).ShouldBeFalse();
        rejected.Rejection!.Reason.ShouldBe(Reason.Gone);
        Should.Throw<ArgumentNullException>(() => (Outcome<string>)(string)null!);
    }
}
