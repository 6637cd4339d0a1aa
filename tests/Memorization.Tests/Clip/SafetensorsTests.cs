using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Memorization.Clip;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clip;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_come_back_as_they_were_written_in_every_floating_type() =>
        Gen.Select(Gen.Int[0, 3], Gen.Float[-1000, 1000].Array[0, 24]).Sample((rank, values) =>
        {
            long[] shape = rank == 0 ? [] : [.. Enumerable.Repeat(1L, rank - 1), values.Length];
            if (rank == 0) values = [1.5f];
            var halves = values.Select(value => (Half)value).ToArray();
            // bfloat16 is the upper half of float32.
            var uppers = values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray();
            Write(Made.Header(("a", "F32", shape, values.Length * 4), ("b", "F16", shape, values.Length * 2), ("c", "BF16", shape, values.Length * 2)),
                [.. MemoryMarshal.AsBytes<float>(values), .. MemoryMarshal.AsBytes<Half>(halves), .. MemoryMarshal.AsBytes<ushort>(uppers)]);
            using var weights = new ClipWeights(_folder.Path);
            weights.Read("a", shape).ShouldBe(values);
            weights.Read("b", shape).ShouldBe(halves.Select(half => (float)half));
            weights.Read("c", shape).ShouldBe(uppers.Select(upper => BitConverter.UInt32BitsToSingle((uint)upper << 16)));
        }, iter: 30, threads: 1);

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor y: it begins at byte 4, where 8 bytes are taken")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor x: it begins at byte 4, where 0 bytes are taken")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at byte 4 of 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "tensor x: its bytes 0 to 12 do not lie in the file's 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "tensor x: F32 [3] takes 12 bytes, not 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "tensor x: its bytes 8 to 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "tensor x: it must have a dtype, a shape and two data_offsets, none of them negative")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "tensor x: it must have")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", "tensor x: F32 [4294967296, 4294967296, 2] takes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807,0,2],"data_offsets":[0,8]}}""", "tensor x: F32")]
    [InlineData("""{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "tensor x: it must have")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "tensor x: it must have")]
    [InlineData("""{"x":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "tensor x: its dtype \"F31\" is not one of")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its header is not JSON: Duplicate property 'x'")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", "tensor x: it must have")]
    [InlineData("""{"x":7}""", "tensor x: it must have")]
    [InlineData("""[1]""", "its header is not a JSON object")]
    [InlineData("""{"x":""", "its header is not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its header is not JSON")]
    public void A_broken_header_is_refused_by_name(string header, string message)
    {
        Write(header, new byte[8]);
        Error().ShouldSatisfyAllConditions(
            text => text.ShouldContain(message), text => text.ShouldStartWith(_folder.File("model.safetensors")), text => text.ShouldNotContain('\n'));
    }

    [Theory]
    [InlineData(100, "announces 100 bytes in a file of 26")]
    [InlineData(long.MaxValue, "announces 9223372036854775807 bytes")]
    [InlineData(-1, "announces 18446744073709551615 bytes")]
    public void A_header_longer_than_the_file_is_refused(long length, string message)
    {
        var bytes = Made.File("{}                ", []);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        File.WriteAllBytes(_folder.File("model.safetensors"), bytes);
        Error().ShouldContain(message);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var whole = Made.File(Made.Header(("x", "F32", [2], 8), ("y", "F16", [3], 6)), new byte[14]);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder.File("model.safetensors"), whole[..length]);
            Error();
        }
    }

    [Fact]
    public void A_mutated_file_is_read_or_refused_and_nothing_else()
    {
        var whole = Made.File(Made.Header(("x", "F32", [2, 1], 8), ("y", "F16", [3], 6)), new byte[14]);
        Gen.Select(Gen.Int[0, whole.Length - 15], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var bytes = whole.ToArray();
            foreach (var (place, value) in changes) bytes[place] = value;
            File.WriteAllBytes(_folder.File("model.safetensors"), bytes);
            try
            {
                using var weights = new ClipWeights(_folder.Path);
                foreach (var name in weights.Names) weights.Read(name, [.. weights.Find(name)!.Shape]);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }, iter: 3000, threads: 1);
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_named_with_what_was_wanted()
    {
        Write(Made.Header(("x", "F32", [2], 8), ("i", "I64", [1], 8), ("n", "F32", [1], 4)), [.. new byte[16], .. BitConverter.GetBytes(float.NaN)]);
        using var weights = new ClipWeights(_folder.Path);
        Should.Throw<InvalidDataException>(() => weights.Read("z", 3, 4)).Message.ShouldEndWith("has no tensor z; the configuration wants it with shape [3, 4]");
        Should.Throw<InvalidDataException>(() => weights.Read("x", 3)).Message.ShouldEndWith("tensor x is F32 [2]; the configuration wants the shape [3]");
        Should.Throw<InvalidDataException>(() => weights.Read("i", 1)).Message.ShouldEndWith("tensor i is I64 [1]; weights must be F32, F16 or BF16");
        Should.Throw<InvalidDataException>(() => weights.Read("n", 1)).Message.ShouldEndWith("tensor n holds NaN at place 0");
    }

    [Fact]
    public void Shards_are_one_set_of_tensors()
    {
        File.WriteAllBytes(_folder.File("a.safetensors"), Made.File(Made.Header(("x", "F32", [1], 4)), BitConverter.GetBytes(1f)));
        File.WriteAllBytes(_folder.File("b.safetensors"), Made.File(Made.Header(("y", "F32", [1], 4)), BitConverter.GetBytes(2f)));
        Index("""{"x": "a.safetensors", "y": "b.safetensors"}""");
        using var weights = new ClipWeights(_folder.Path);
        weights.Read("x", 1).ShouldBe([1f]);
        weights.Read("y", 1).ShouldBe([2f]);
    }

    [Theory]
    [InlineData("""{"x": "../model.safetensors"}""", "\"../model.safetensors\" is not the name of a file beside it")]
    [InlineData("""{"x": "/etc/passwd"}""", "is not the name of a file beside it")]
    [InlineData("""{"x": ".."}""", "is not the name of a file beside it")]
    [InlineData("""{"x": 5}""", "is not the name of a file beside it")]
    [InlineData("""{"x": "b.safetensors"}""", "names b.safetensors, which is not there")]
    [InlineData("""{"z": "a.safetensors"}""", "has no tensor z, although")]
    [InlineData("5", "has no weight_map")]
    public void A_wrong_index_is_refused(string map, string message)
    {
        File.WriteAllBytes(_folder.File("a.safetensors"), Made.File(Made.Header(("x", "F32", [1], 4)), new byte[4]));
        Index(map);
        Should.Throw<Exception>(() => new ClipWeights(_folder.Path)).ShouldSatisfyAllConditions(
            e => (e is InvalidDataException or FileNotFoundException).ShouldBeTrue(), e => e.Message.ShouldContain(message));
    }

    private string Error() => Should.Throw<InvalidDataException>(() => new ClipWeights(_folder.Path)).Message;

    private void Write(string header, byte[] data) => File.WriteAllBytes(_folder.File("model.safetensors"), Made.File(header, data));

    private void Index(string map) => File.WriteAllText(_folder.File("model.safetensors.index.json"), $$"""{"metadata": {}, "weight_map": {{map}}}""");

    /// <summary>Files by hand, not by this project's own writer.</summary>
    private static class Made
    {
        public static string Header(params (string Name, string Type, long[] Shape, int Bytes)[] tensors)
        {
            var end = 0;
            return "{" + string.Join(',', tensors.Select(tensor => $$"""
                "{{tensor.Name}}":{"dtype":"{{tensor.Type}}","shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{end}},{{end += tensor.Bytes}}]}
                """)) + "}";
        }

        public static byte[] File(string header, byte[] data)
        {
            var json = Encoding.UTF8.GetBytes(header);
            return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
        }
    }
}
