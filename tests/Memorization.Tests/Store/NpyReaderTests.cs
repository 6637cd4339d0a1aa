using System.Text;
using CsCheck;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

public sealed class NpyReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read() => Gen.Select(Gen.Int[0, 2500], Gen.Int[1, 7], Gen.Int).Sample(
        (rows, columns, seed) =>
        {
            var random = new Random(seed);
            var matrix = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => (Half)random.NextDouble()).ToArray()).ToArray();
            var path = _folder.File("halves.npy");
            using (var file = new NpyWriter<Half>(path, columns))
                foreach (var row in matrix) file.Write(row);
            Same(NpyReader.ReadHalves(path), matrix);
            using (var file = new NpyWriter<float>(path, columns))
                foreach (var row in matrix) file.Write(Array.ConvertAll(row, value => (float)value));
            Same(NpyReader.ReadHalves(path), matrix);
        },
        iter: 20, threads: 1);

    [Fact]
    public void Float32_that_float16_does_not_hold_is_named()
    {
        var path = _folder.File("singles.npy");
        using (var file = new NpyWriter<float>(path, 2))
        {
            file.Write([1, 2]);
            file.Write([1, 0.1f]);
        }

        Should.Throw<InvalidDataException>(() => NpyReader.ReadHalves(path)).Message.ShouldContain("row 1 has the float32 0.1, which float16 does not hold");
    }

    [Theory]
    [InlineData("", "does not begin as numpy's files do")]
    [InlineData("\x93NUMPZ\x01\x00\x05\x00abcde", "does not begin as numpy's files do")]
    [InlineData("\x93NUMPY\x01\x00\x4e\x00{'descr'", "its header is cut off")]
    [InlineData("\x93NUMPY\x01\x00", "its header is cut off")]
    [InlineData("\x93NUMPY\x02\x00\xff\xff\xff\xff{", "its header is too long")]
    public void A_file_that_is_none_says_why(string bytes, string why)
    {
        var path = _folder.File("wrong.npy");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(bytes));
        Should.Throw<InvalidDataException>(() => NpyReader.ReadHalves(path)).Message.ShouldContain(why);
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }", 8, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '>f2', 'fortran_order': False, 'shape': (1, 1), }", 2, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '<f2', 'fortran_order': True, 'shape': (1, 1), }", 2, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", 6, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 0), }", 0, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '<f2', 'fortran_order': False, 'shape': (99999999999, 2), }", 0, "not a matrix of '<f2' or '<f4'")]
    [InlineData("{'descr': '<f2', 'fortran_order': False, 'shape': (99, 99), }", 4, "it has 4 bytes of values, its header asks for 19602")]
    [InlineData("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 1), }", 3, "it has 3 bytes of values, its header asks for 2")]
    public void Another_array_says_what_it_is(string header, int bytes, string why)
    {
        var path = _folder.File("other.npy");
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]]);
        Should.Throw<InvalidDataException>(() => NpyReader.ReadHalves(path)).Message.ShouldContain(why);
    }

    private static void Same(IReadOnlyList<ReadOnlyMemory<Half>> read, Half[][] written)
    {
        read.Count.ShouldBe(written.Length);
        for (var i = 0; i < written.Length; i++) read[i].Span.SequenceEqual(written[i]).ShouldBeTrue();
    }
}
