using System.Linq.Expressions;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

public sealed class EntityTransitionTests
{
    private readonly int field = 3;

    [Fact]
    public void Arguments_are_read_from_wherever_they_come()
    {
        int local = 1;
        int[] array = [7];
        Assert.Equal(("Add", "[1,2]"), Operation(n => n.Add(local, 2)));
        Assert.Equal(("Add", "[3,9]"), Operation(n => n.Add(field, Math.Abs(array[0] + local + 1))));
        Assert.Equal(("Fail", "[\"a 1\"]"), Operation(n => n.Fail($"a {local}")));
    }

    [Fact]
    public void Only_a_call_of_the_entity_is_an_operation()
    {
        Assert.Throws<ArgumentException>(() => Operation(n => n));
        Assert.Throws<ArgumentException>(() => Operation(n => n.Add(1, 1).Add(2, 1)));
        Assert.Throws<ArgumentException>(() => Operation(n => new Notes()));
    }

    [Fact]
    public void Starts_from_the_empty_record_and_takes_one_step_after_another()
    {
        var (state, result) = EntityTransition.Apply(typeof(Notes), null, "add", Payload.Of<object[]>([5, 2]));
        Assert.Equal("""{"numbers":[5,5]}""", state!.Value.GetRawText());
        Assert.Equal(state.Value.GetRawText(), result.GetRawText());
        Assert.Equal("""{"numbers":[5,5,6]}""", EntityTransition.Apply(typeof(Notes), state, "Add", Payload.Of<object[]>([6])).State!.Value.GetRawText());
        Assert.Null(EntityTransition.Apply(typeof(Notes), state, "DELETE", Payload.Of<object[]>([])).State);
    }

    [Fact]
    public void A_question_leaves_the_state_and_a_pair_answers_with_its_second()
    {
        var state = Payload.Of(new Fragile(5));
        var question = EntityTransition.Apply(typeof(Fragile), state, "Describe", Payload.Of<object[]>(["rows"]));
        Assert.Equal((state.GetRawText(), "\"5 rows\""), (question.State!.Value.GetRawText(), question.Result.GetRawText()));
        var pair = EntityTransition.Apply(typeof(Fragile), state, "Take", Payload.Of<object[]>([2]));
        Assert.Equal(("""{"count":3}""", "5"), (pair.State!.Value.GetRawText(), pair.Result.GetRawText()));
    }

    [Fact]
    public void Neither_a_records_own_members_nor_unknown_names_are_operations()
    {
        foreach (string name in (string[])["ToString", "GetHashCode", "<Clone>$", "Deconstruct", "get_Numbers", "Nonsense"])
            Assert.Equal("UnknownOperation", Assert.Throws<FailureException>(() => EntityTransition.Apply(typeof(Notes), null, name, Payload.Of<object[]>([]))).Failure.Type);
    }

    [Fact]
    public void What_an_operation_throws_is_thrown_as_it_is() =>
        Assert.Throws<InvalidOperationException>(() => EntityTransition.Apply(typeof(Fragile), null, "Add", Payload.Of<object[]>([-1])));

    [Fact]
    public void Two_operations_of_one_name_are_refused() =>
        Assert.Contains("'Add'", Assert.Throws<ArgumentException>(() => new Registry().AddEntity<Overloaded>()).Message, StringComparison.Ordinal);

    private static (string, string) Operation(Expression<Func<Notes, Notes>> expression)
    {
        var (name, args) = EntityOperation.Of(expression);
        return (name, args.GetRawText());
    }

    public sealed record Overloaded(int Count) : IEntity
    {
        public Overloaded()
            : this(0)
        {
        }

        public Overloaded Add(int one) => new(Count + one);

        public Overloaded Add(long one) => new(Count + (int)one);
    }
}
