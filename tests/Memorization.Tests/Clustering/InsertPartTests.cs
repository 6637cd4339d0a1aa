using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class InsertPartTests
{
    private static readonly ClusterOptions Options = new() { StoreThreshold = 0.8, Parallelism = 1 };

    [Fact]
    public void The_parts_of_any_cut_merge_in_any_order_into_the_whole_forest() =>
        Gen.Select(Made.Sets, Gen.Int[1, 40], Gen.Int[1, 20], Gen.Int[1, 3], Gen.Int[0, 1_000_000]).Sample(
            (vectors, of, tileSize, parallelism, seed) =>
            {
                var width = vectors[0].Values.Length;
                var random = new Random(seed);
                List<Range> pieces = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(of)).Select(first => first..(first + 1))]; // some come twice
                for (int first = 0, end; first < of; first = end)
                {
                    end = random.Next(first, of) + 1;
                    pieces.Add(first..end);
                }

                var pieceSide = random.Next(1, 20);
                var merged = SpanningForest.Restore(Set(vectors), [], Options);
                foreach (var some in pieces.OrderBy(_ => random.Next()))
                {
                    var part = new SpanningForest(width, Options with { Parallelism = parallelism }) { TileSize = tileSize, PieceSide = pieceSide };
                    part.InsertPart(vectors, some, of, TestContext.Current.CancellationToken);
                    merged.Merge(part.Edges(withCopies: random.Next(2) == 0));
                }

                var whole = new SpanningForest(width, Options);
                whole.Insert(vectors, TestContext.Current.CancellationToken);
                merged.Edges().ShouldBe(whole.Edges());
            },
            iter: 150);

    [Fact]
    public void Pieces_are_the_table_of_all_pairs_cut_evenly() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[1, 20], Gen.Int[1, 300]).Sample((count, tileSize, of) =>
        {
            var pieces = Enumerable.Range(0, of).Select(k => PairTiles.Part(count, tileSize, k..(k + 1), of).ToList()).ToList();
            pieces.SelectMany(piece => piece).ShouldBe(PairTiles.All(0, count, tileSize));
            (pieces.Max(piece => piece.Count) - pieces.Min(piece => piece.Count)).ShouldBeLessThanOrEqualTo(1);
        });

    [Fact]
    public void What_is_no_part_of_an_empty_forest_is_refused()
    {
        var vectors = Made.Vectors(new Random(1), 20, 64);
        var forest = new SpanningForest(64, Options);
        Should.Throw<ArgumentOutOfRangeException>(() => forest.InsertPart(vectors, 0..9, 8));
        forest.Vectors.Count.ShouldBe(0);
        Should.Throw<OperationCanceledException>(() => forest.InsertPart(vectors, 0..8, 8, new CancellationToken(canceled: true)));
        Should.Throw<InvalidOperationException>(() => forest.Edges());
        Should.Throw<InvalidOperationException>(() => forest.InsertPart(vectors, 0..8, 8)).Message.ShouldContain("empty forest");
    }

    private static VectorSet Set(KeyedVector[] rows)
    {
        var vectors = new VectorSet(rows[0].Values.Length);
        vectors.Add(rows);
        return vectors;
    }
}
