using Memorization.Flow;
using Memorization.Operations;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Operations;

public sealed class NetworkAlarmTests
{
    [Fact]
    public void More_than_a_fifth_of_one_reason_of_the_network_is_an_alarm_that_names_it()
    {
        var alarm = NetworkAlarm.Of(new Dictionary<Reason, long> { [Reason.DnsFailure] = 210, [Reason.Timeout] = 90, [Reason.NotFound] = 400 }, requested: 1000);

        alarm.ShouldBe(new NetworkAlarm(Reason.DnsFailure, 210, 1000));
        alarm!.ToString().ShouldBe("21 % of 1,000 requested rows ended with DnsFailure (the host's name does not resolve): the resolver or the line is likely at fault, not so many servers");
    }

    [Fact]
    public void A_fifth_is_none_and_what_servers_say_is_none_whatever_its_share()
    {
        NetworkAlarm.Of(new Dictionary<Reason, long> { [Reason.Timeout] = 200 }, requested: 1000).ShouldBeNull();
        NetworkAlarm.Of(new Dictionary<Reason, long> { [Reason.NotFound] = 900, [Reason.ServerError] = 100 }, requested: 1000).ShouldBeNull();
    }

    [Fact]
    public void A_handful_of_rows_says_nothing() =>
        NetworkAlarm.Of(new Dictionary<Reason, long> { [Reason.Timeout] = 49 }, requested: 49).ShouldBeNull();
}
