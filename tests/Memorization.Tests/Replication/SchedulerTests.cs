using Memorization.Replication.Diffusion;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class SchedulerTests
{
    private const double Near = 1e-5;

    private static readonly Gaussian Data = new(0.5);

    private static readonly Noise None = _ => throw new InvalidOperationException("no noise is to be drawn");

    [Theory]
    [InlineData(0, TimestepSpacing.Leading, 50)]
    [InlineData(1, TimestepSpacing.Leading, 50)]
    [InlineData(2, TimestepSpacing.Leading, 50)]
    [InlineData(0, TimestepSpacing.Trailing, 30)]
    [InlineData(1, TimestepSpacing.Linspace, 30)]
    public void Ddim_multiplies_by_the_covariance_of_two_levels_over_the_variance_of_the_first(int prediction, TimestepSpacing spacing, int steps)
    {
        var config = SchedulerConfigs.Of(SchedulerKind.Ddim, (Prediction)prediction, spacing);
        var path = Data.Trajectory(config, steps, t => Gaussian.Alpha(config, (int)t), None);
        double exact = 1, stride = 1000 / steps;
        for (var step = 0; step < steps; step++)
        {
            var from = spacing switch
            {
                TimestepSpacing.Leading => (steps - 1 - step) * (int)stride + 1,
                TimestepSpacing.Trailing => (int)Math.Round(1000 - step * 1000.0 / steps) - 1,
                _ => (int)Math.Round((steps - 1 - step) * 999.0 / (steps - 1)),
            };
            double a = Gaussian.Alpha(config, from), b = Gaussian.Alpha(config, from - (int)stride);
            exact *= (Math.Sqrt(a * b) * Data.Variance + Math.Sqrt((1 - a) * (1 - b))) / Data.NoisyVariance(a);
            ShouldBeTimes(path[step + 1], exact);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Pndm_agrees_with_the_papers_formula_written_as_a_recurrence(int prediction)
    {
        const int steps = 50, stride = 20;
        var config = SchedulerConfigs.Of(SchedulerKind.Pndm, (Prediction)prediction);
        var path = Data.Trajectory(config, steps, t => Gaussian.Alpha(config, (int)t), None);
        double A(int t) => Gaussian.Alpha(config, t);
        double Output(double x, int t) => x * Data.Factor(config.Prediction, A(t));
        double Formula9(double x, double output, int t, int s)
        {
            double a = A(t), b = A(s), e = prediction == 0 ? output : Math.Sqrt(a) * output + Math.Sqrt(1 - a) * x;
            return Math.Sqrt(b / a) * x - (b - a) * e / (a * Math.Sqrt(1 - b) + Math.Sqrt(a * (1 - a) * b));
        }

        const int top = 49 * stride + 1;
        var first = Output(1, top);
        var x = Formula9(1, first, top, top - stride);
        ShouldBeTimes(path[1], x);
        x = Formula9(1, (first + Output(x, top - stride)) / 2, top, top - stride);
        ShouldBeTimes(path[2], x);
        List<double> outputs = [first];
        for (var step = 1; step < steps; step++)
        {
            var t = top - step * stride;
            outputs.Add(Output(x, t));
            var (o, n) = (outputs, outputs.Count - 1);
            var mixed = n switch
            {
                1 => (3 * o[n] - o[n - 1]) / 2,
                2 => (23 * o[n] - 16 * o[n - 1] + 5 * o[n - 2]) / 12,
                _ => (55 * o[n] - 59 * o[n - 1] + 37 * o[n - 2] - 9 * o[n - 3]) / 24,
            };
            x = Formula9(x, mixed, t, t - stride);
            ShouldBeTimes(path[step + 2], x);
        }
    }

    [Theory]
    [InlineData(0, TimestepSpacing.Linspace)]
    [InlineData(1, TimestepSpacing.Linspace)]
    [InlineData(2, TimestepSpacing.Leading)]
    public void Euler_follows_its_closed_form(int prediction, TimestepSpacing spacing)
    {
        const int steps = 30;
        var config = SchedulerConfigs.Of(SchedulerKind.Euler, (Prediction)prediction, spacing);
        var sigmas = Sigmas(config, steps);
        var path = Data.Trajectory(config, steps, t => 1 / (1 + Math.Pow(Sigma(config, t), 2)), None);
        var exact = 1.0;
        for (var step = 0; step < steps; step++)
        {
            exact *= (Data.Variance + sigmas[step] * sigmas[step + 1]) / (Data.Variance + sigmas[step] * sigmas[step]);
            ShouldBeTimes(path[step + 1], exact);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Ancestral_steps_follow_their_closed_form_with_the_noise_they_are_given(int prediction)
    {
        const int steps = 30;
        var config = SchedulerConfigs.Of(SchedulerKind.EulerAncestral, (Prediction)prediction, TimestepSpacing.Trailing);
        var sigmas = Sigmas(config, steps);
        List<float> drawn = [];
        var random = new Random(1);
        var path = Data.Trajectory(config, steps, t => 1 / (1 + Math.Pow(Sigma(config, t), 2)), values =>
        {
            foreach (ref var value in values) drawn.Add(value = (float)random.NextDouble() - 0.5f);
        });
        drawn.Count.ShouldBe(3 * steps);
        double[] exact = [1, -0.5, 2];
        for (var step = 0; step < steps; step++)
        {
            double s = sigmas[step], next = sigmas[step + 1], ratio = next / s, down = next * ratio, up = next * Math.Sqrt(1 - ratio * ratio);
            for (var i = 0; i < 3; i++)
            {
                exact[i] = exact[i] * (Data.Variance + s * down) / (Data.Variance + s * s) + up * drawn[3 * step + i];
                ((double)path[step + 1][i]).ShouldBe(exact[i], Near * Math.Max(1, Math.Abs(exact[i])));
            }
        }
    }

    // With twice the steps, half the error for a method of first order and a quarter for one of second, up to the middle: at the end √(1 − ᾱ) is not smooth.
    [Theory]
    [InlineData(SchedulerKind.Ddim, 40, 1.95, 2.05)]
    [InlineData(SchedulerKind.Pndm, 80, 3.5, 4.5)]
    [InlineData(SchedulerKind.Euler, 40, 1.8, 2.2)]
    public void The_error_against_the_probability_flow_falls_with_the_methods_order(SchedulerKind kind, int steps, double least, double most)
    {
        var ratio = Math.Abs(ErrorHalfway(kind, steps) / ErrorHalfway(kind, 2 * steps));
        ratio.ShouldBeInRange(least, most);
    }

    // Sums that diffusers' own tests hold its schedulers to: a "network" x·t/(t + 1) on 768 numbers 0/768, 1/768 …
    [Theory]
    [InlineData(SchedulerKind.Ddim, 0, 0.0001, true, 172.0067)]
    [InlineData(SchedulerKind.Ddim, 1, 0.0001, true, 52.5302)]
    [InlineData(SchedulerKind.Ddim, 0, 0.01, true, 149.8295)]
    [InlineData(SchedulerKind.Ddim, 0, 0.01, false, 149.0784)]
    [InlineData(SchedulerKind.Euler, 0, 0.0001, false, 10.0807)]
    [InlineData(SchedulerKind.Euler, 1, 0.0001, false, 0.0002)]
    [InlineData(SchedulerKind.EulerAncestral, 0, 0.0001, false, 152.3192)]
    [InlineData(SchedulerKind.EulerAncestral, 1, 0.0001, false, 108.4439)]
    public void Ten_steps_end_where_diffusers_end(SchedulerKind kind, int prediction, double betaStart, bool endsAtOne, double sum)
    {
        var ddim = kind == SchedulerKind.Ddim;
        var config = new SchedulerConfig(kind, ddim ? 1000 : 1100, betaStart, 0.02, Scaled: false, (Prediction)prediction,
            ddim ? TimestepSpacing.Leading : TimestepSpacing.Linspace, StepsOffset: 0, endsAtOne, ddim ? 1 : null, ZeroTerminalSnr: false);
        var scheduler = config.Create(10);
        var random = new TorchRandom(0);

        // Four samples of 3 × 8 × 8, numbered with the sample's own number as the last digit.
        var sample = Enumerable.Range(0, 768).Select(i => (float)((i % 192 * 4 + i / 192) / 768.0 * scheduler.InitialScale)).ToArray();
        for (var step = 0; step < 10; step++)
        {
            var t = scheduler.Timesteps[step];
            for (var i = 0; i < sample.Length; i++) sample[i] *= (float)scheduler.InputScale(step); // and these tests go on from the scaled sample
            scheduler.Step(step, [.. sample.Select(x => (float)(x * t / (t + 1)))], sample, random.Normal);
        }

        sample.Sum(x => Math.Abs((double)x)).ShouldBe(sum, 1e-2);
    }

    [Fact]
    public void Without_signal_at_the_last_timestep_a_velocity_still_leads_to_the_data()
    {
        var config = SchedulerConfigs.Of(SchedulerKind.Ddim, Prediction.Velocity, TimestepSpacing.Trailing) with { ZeroTerminalSnr = true };
        var schedule = new NoiseSchedule(config);
        schedule.Alpha(999).ShouldBe(0, 1e-15);
        schedule.Alpha(0).ShouldBe(1 - 0.00085, 1e-12);
        var path = Data.Trajectory(config, 500, t => schedule.Alpha((int)t), None);
        ShouldBeTimes(path[^1], Math.Sqrt(Data.NoisyVariance(schedule.Alpha(-1))), 0.02); // from deviation 1, as the flow goes
    }

    [Fact]
    public void Clipped_samples_stay_in_their_range()
    {
        var config = SchedulerConfigs.Of(SchedulerKind.Ddim, Prediction.Sample) with { ClipRange = 1, EndsAtOne = true };
        var scheduler = config.Create(1);
        float[] sample = [0.1f, 0.2f];
        scheduler.Step(0, [7, -3], sample, None);
        sample.ShouldBe([1, -1]);
    }

    private static double ErrorHalfway(SchedulerKind kind, int steps)
    {
        var euler = kind == SchedulerKind.Euler;
        var config = SchedulerConfigs.Fine(kind, euler ? TimestepSpacing.Linspace : TimestepSpacing.Trailing);
        var schedule = new NoiseSchedule(config);
        var count = euler ? steps + 1 : steps;
        var scheduler = config.Create(count);
        var middle = scheduler.Timesteps.Count - count + steps / 2;
        double Alpha(double t) => euler ? 1 / (1 + Math.Pow(schedule.Sigma(t), 2)) : schedule.Alpha((int)t);

        // Beside an unscaled sample (Euler) the deviation is √(ᾱs² + 1 − ᾱ) / √ᾱ.
        double Deviation(double t) => Math.Sqrt(Data.NoisyVariance(Alpha(t)) / (euler ? Alpha(t) : 1));
        float[] sample = [1000];
        for (var step = 0; step < middle; step++)
        {
            var factor = Data.Factor(Prediction.Epsilon, Alpha(scheduler.Timesteps[step])) * scheduler.InputScale(step);
            scheduler.Step(step, [(float)(factor * sample[0])], sample, None);
        }

        return sample[0] / 1000 / (Deviation(scheduler.Timesteps[middle]) / Deviation(scheduler.Timesteps[0])) - 1;
    }

    private static double Sigma(SchedulerConfig config, double timestep)
    {
        double At(int t) => Math.Sqrt(1 / Gaussian.Alpha(config, t) - 1);
        int below = (int)Math.Floor(timestep), above = (int)Math.Ceiling(timestep);
        return At(below) + (timestep - below) * (At(above) - At(below));
    }

    private static double[] Sigmas(SchedulerConfig config, int steps) =>
        [.. Enumerable.Range(0, steps).Select(i => Sigma(config, config.Spacing switch
        {
            TimestepSpacing.Leading => (steps - 1 - i) * (1000 / steps) + 1,
            TimestepSpacing.Trailing => Math.Round(1000 - i * 1000.0 / steps) - 1,
            _ => (steps - 1 - i) * 999.0 / (steps - 1),
        })), 0];

    // Every number has been multiplied by the same factor.
    private static void ShouldBeTimes(float[] sample, double factor, double tolerance = Near)
    {
        ((double)sample[0]).ShouldBe(factor, tolerance);
        ((double)sample[1]).ShouldBe(-0.5 * factor, tolerance);
        ((double)sample[2]).ShouldBe(2 * factor, 2 * tolerance);
    }
}
