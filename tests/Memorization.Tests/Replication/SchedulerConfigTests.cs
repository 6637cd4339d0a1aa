using Memorization.Configuration;
using Memorization.Replication.Diffusion;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class SchedulerConfigTests
{
    private const string StableDiffusion =
        """{"_class_name": "PNDMScheduler", "_diffusers_version": "0.7.0.dev0", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null, "clip_sample": false}""";

    [Fact]
    public void Stable_Diffusions_file_is_read()
    {
        SchedulerConfigs.Read(StableDiffusion).ShouldBe(SchedulerConfigs.Of(SchedulerKind.Pndm, Prediction.Epsilon));
        var euler = SchedulerConfigs.Read(StableDiffusion, SchedulerKind.Euler);
        (euler.Kind, euler.Spacing, euler.BetaEnd).ShouldBe((SchedulerKind.Euler, TimestepSpacing.Linspace, 0.012));
    }

    [Fact]
    public void What_a_file_leaves_out_has_its_classs_default()
    {
        SchedulerConfigs.Read("""{"_class_name": "DDIMScheduler"}""").ShouldBe(new SchedulerConfig(
            SchedulerKind.Ddim, 1000, 0.0001, 0.02, Scaled: false, Prediction.Epsilon, TimestepSpacing.Leading, StepsOffset: 0, EndsAtOne: true, ClipRange: 1, ZeroTerminalSnr: false));
        var ancestral = SchedulerConfigs.Read("""{"_class_name": "EulerAncestralDiscreteScheduler", "prediction_type": "v_prediction"}""");
        (ancestral.Spacing, ancestral.ClipRange, ancestral.Prediction).ShouldBe((TimestepSpacing.Linspace, null, Prediction.Velocity));
    }

    [Theory]
    [InlineData("""{"_class_name": "DPMSolverMultistepScheduler"}""", "_class_name is \"DPMSolverMultistepScheduler\"")]
    [InlineData("""{"beta_start": 0.1}""", "no _class_name")]
    [InlineData("""{"_class_name": "PNDMScheduler"}""", "skip_prk_steps must be true")]
    [InlineData("""{"_class_name": "PNDMScheduler", "skip_prk_steps": true, "rescale_betas_zero_snr": true}""", "rescale_betas_zero_snr must be false")]
    [InlineData("""{"_class_name": "PNDMScheduler", "skip_prk_steps": true, "prediction_type": "sample"}""", "prediction_type sample")]
    [InlineData("""{"_class_name": "DDIMScheduler", "rescale_betas_zero_snr": true}""", "prediction_type must be v_prediction or sample")]
    [InlineData("""{"_class_name": "DDIMScheduler", "beta_schedule": "squaredcos_cap_v2"}""", "one of linear, scaled_linear")]
    [InlineData("""{"_class_name": "DDIMScheduler", "thresholding": true}""", "thresholding is true; it must be false")]
    [InlineData("""{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true}""", "use_karras_sigmas is true")]
    [InlineData("""{"_class_name": "EulerDiscreteScheduler", "interpolation_type": "log_linear"}""", "interpolation_type is \"log_linear\"")]
    [InlineData("""{"_class_name": "EulerDiscreteScheduler", "timestep_type": "continuous"}""", "timestep_type")]
    [InlineData("""{"_class_name": "DDIMScheduler", "trained_betas": [0.1]}""", "trained_betas is [0.1]")]
    [InlineData("""{"_class_name": "DDIMScheduler", "shiny_new_option": 1}""", "shiny_new_option is no option that this program knows")]
    [InlineData("""{"_class_name": "DDIMScheduler", "clip_sample": 1}""", "clip_sample is 1; it must be true or false")]
    public void What_is_not_supported_is_named(string json, string message) =>
        Should.Throw<InvalidDataException>(() => SchedulerConfigs.Read(json)).Message.ShouldContain(message);

    // Table 2 of Lin et al. 2024, counted from 0.
    [Theory]
    [InlineData(TimestepSpacing.Leading, 0, new[] { 900.0, 800, 700, 600, 500, 400, 300, 200, 100, 0 })]
    [InlineData(TimestepSpacing.Leading, 1, new[] { 901.0, 801, 701, 601, 501, 401, 301, 201, 101, 1 })]
    [InlineData(TimestepSpacing.Trailing, 1, new[] { 999.0, 899, 799, 699, 599, 499, 399, 299, 199, 99 })]
    [InlineData(TimestepSpacing.Linspace, 1, new[] { 999.0, 888, 777, 666, 555, 444, 333, 222, 111, 0 })]
    public void Timesteps_are_spaced_as_the_literature_has_it(TimestepSpacing spacing, int offset, double[] expected)
    {
        var config = SchedulerConfigs.Of(SchedulerKind.Ddim, Prediction.Epsilon, spacing) with { StepsOffset = offset };
        config.Create(10).Timesteps.ShouldBe(expected);
    }

    [Fact]
    public void Pndm_asks_the_network_twice_at_the_second_timestep()
    {
        var config = SchedulerConfigs.Of(SchedulerKind.Pndm, Prediction.Epsilon);
        config.Create(4).Timesteps.ShouldBe([751, 501, 501, 251, 1]);
        config.Create(1).Timesteps.ShouldBe([1]);
    }

    [Theory]
    [InlineData(0, "0 steps")]
    [InlineData(1001, "ask for 1 to 1000")]
    [InlineData(1000, "reach timestep 1000")]
    public void More_steps_than_timesteps_are_the_users_mistake(int steps, string message) =>
        Should.Throw<SetupException>(() => SchedulerConfigs.Of(SchedulerKind.Ddim, Prediction.Epsilon).Create(steps)).Message.ShouldContain(message);
}
