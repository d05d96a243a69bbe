package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {
    @Test
    void command_withEveryParameter_isReadWhole() throws CommandException {
        assertThat(read("{'id':7,'cmd':'subscribe','trace':[{}],'params':{'channels':['a','b'],"
                .replace('\'', '"') + "\"market_tickers\":[\"A\"],\"sids\":[1,2],\"action\":\"x\",\"shard_factor\":{\"a\":1},"
                + "\"send_initial_snapshot\":true,\"skip_ticker_ack\":true,\"use_yes_price\":true,\"depth\":50,\"interval_ms\":60000}}"))
                .isEqualTo(new ClientCommand(7, "subscribe", true, Optional.of(List.of("a", "b")),
                        Optional.of(List.of("A")), Optional.empty(), Optional.of(List.of(1L, 2L)), Optional.of("x"),
                        new ClientCommand.Options(true, true, true, OptionalInt.of(50), OptionalInt.of(60_000))));
    }

    @Test
    void nulls_areAsGoodAsAbsent() throws CommandException {
        assertThat(read(
                "{\"id\":null,\"cmd\":\"subscribe\",\"params\":{\"channels\":null,\"market_ticker\":null,\"sid\":null}}"))
                .isEqualTo(new ClientCommand(0, "subscribe", true, Optional.empty(), Optional.empty(), Optional.empty(),
                        Optional.empty(), Optional.empty(), new ClientCommand.Options(false, false, false, OptionalInt.empty(), OptionalInt.empty())));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | 0 | 1",
        "[] | 0 | 1",
        "{\"id\":3} | 3 | 1",
        "{\"id\":3,\"cmd\":\"a\" | 3 | 1",
        "{\"id\":3,\"cmd\":\"a\"} x | 3 | 1",
        "{\"id\":3,\"cmd\":5} | 3 | 1",
        "{\"cmd\":5,\"id\":3} | 3 | 1",
        "{\"params\":[],\"id\":3,\"cmd\":\"a\"} | 3 | 1",
        "{\"id\":\"3\",\"cmd\":\"a\"} | 0 | 1",
        "{\"id\":3.5,\"cmd\":\"a\"} | 0 | 1",
        "{\"id\":99999999999999999999,\"cmd\":\"a\"} | 0 | 1",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"channels\":\"a\"}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"channels\":[1]}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"market_tickers\":[[\"A\"]]}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"market_ticker\":\"A\",\"market_tickers\":[\"A\"]}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"sids\":[\"1\"]}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"use_yes_price\":1}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"market_ids\":\"x\"}} | 3 | 11",
        "{\"id\":3,\"cmd\":\"a\",\"params\":{\"market_id\":\"x\",\"market_ticker\":\"A\"}} | 3 | 11",
        "{\"params\":{\"sid\":1.5},\"cmd\":\"a\",\"id\":3} | 3 | 11",
    })
    void command_thatIsWrong_getsItsCode_withItsId(String text, long id, int code) {
        CommandException refused = catchThrowableOfType(CommandException.class, () -> read(text));
        assertThat(List.of(refused.id(), (long) refused.error().code())).isEqualTo(List.of(id, (long) code));
    }

    @Test
    void marketsAndSids_areNamedOneByOneOrInLists() throws CommandException {
        assertThat(read("{\"cmd\":\"a\",\"params\":{\"market_ticker\":\"A\"}}").tickers()).contains(List.of("A"));
        assertThat(read("{\"cmd\":\"a\",\"params\":{\"market_id\":\"i\"}}").marketIds()).contains(List.of("i"));
        assertThat(read("{\"cmd\":\"a\",\"params\":{\"market_ids\":[\"i\",\"j\"]}}").marketIds()).contains(List.of("i", "j"));
        assertThat(read("{\"cmd\":\"a\",\"params\":{\"sid\":5,\"sids\":[6,7]}}").sids()).contains(List.of(5L, 6L, 7L));
        assertThat(read("{\"cmd\":\"a\",\"params\":{\"sids\":[6,7],\"sid\":5}}").sids()).contains(List.of(6L, 7L, 5L));
    }

    /** With all that is in it, so that what follows is read as what it is. */
    @ParameterizedTest
    @ValueSource(strings = {"\"channels\":{\"sid\":1}", "\"market_tickers\":{\"a\":[1]}", "\"market_ids\":{}", "\"sids\":{\"a\":{}}",
        "\"market_ticker\":[\"A\"]", "\"market_id\":{\"a\":1}", "\"sid\":[1]", "\"action\":{\"a\":1}",
        "\"send_initial_snapshot\":[true]", "\"skip_ticker_ack\":[true]", "\"use_yes_price\":{}"})
    void parameter_ofAWrongType_isPassedOverWhole(String parameter) {
        String text = "{\"params\":{" + parameter + ",\"unknown\":{}},\"cmd\":\"a\",\"id\":3}";
        CommandException refused = catchThrowableOfType(CommandException.class, () -> read(text));
        assertThat(refused.id()).isEqualTo(3);
        assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_PARAMETER);
    }

    /** Whether that is an error depends on the channel, which may have neither. */
    @ParameterizedTest
    @ValueSource(strings = {"\"depth\":0", "\"depth\":51", "\"depth\":\"5\"", "\"depth\":[5]", "\"depth\":1.5",
        "\"interval_ms\":-1", "\"interval_ms\":60001", "\"interval_ms\":{\"a\":1}", "\"depth\":99999999999999999999"})
    void depthOrInterval_outOfRange_isKeptAsThat(String parameter) throws CommandException {
        ClientCommand command = read("{\"params\":{" + parameter + ",\"market_ticker\":\"A\"},\"cmd\":\"a\",\"id\":3}");
        assertThat(command.options().areInRange()).isFalse();
        assertThat(command.tickers()).contains(List.of("A"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"depth\":1", "\"depth\":50", "\"depth\":null", "\"interval_ms\":0", "\"interval_ms\":60000", "\"x\":1"})
    void depthOrInterval_inRange_isRead(String parameter) throws CommandException {
        assertThat(read("{\"params\":{" + parameter + "},\"cmd\":\"a\"}").options().areInRange()).isTrue();
    }

    @Test
    void flags_areWhatTheySay() throws CommandException {
        String text = "{\"cmd\":\"a\",\"params\":{\"send_initial_snapshot\":%s,\"skip_ticker_ack\":%s,\"use_yes_price\":%s}}";
        assertThat(read(text.formatted(false, false, false)).options()).isEqualTo(read("{\"cmd\":\"a\"}").options());
        assertThat(read(text.formatted(false, true, false)).options()).isEqualTo(
                new ClientCommand.Options(false, true, false, OptionalInt.empty(), OptionalInt.empty()));
    }

    @ParameterizedTest
    @CsvSource({"channels, \"c\", 32", "sids, 1, 32"})
    void list_thatIsTooLong_isRefused(String name, String element, int most) throws CommandException {
        String text = "{\"id\":3,\"cmd\":\"a\",\"params\":{\"%s\":[%s]}}";
        read(text.formatted(name, String.join(",", Collections.nCopies(most, element))));
        String tooLong = text.formatted(name, String.join(",", Collections.nCopies(most + 1, element)));
        CommandException refused = catchThrowableOfType(CommandException.class, () -> read(tooLong));
        assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_PARAMETER);
    }

    /** Depth and interval of a subscription, of a later command on it, and whether the command may extend it. */
    @ParameterizedTest
    @CsvSource({"2, 5, , , true", "2, 5, 2, 5, true", "2, 5, 3, , false", "2, 5, , 6, false", "2, 5, , 0, false", "2, , , 0, true",
        ", , , , true", ", , 1, , false", ", , , 1, false", "1, 0, 1, 0, true", "1, 0, 1, , true"})
    void subscription_isExtendedOnly_byCommandsThatAskForTheSame(
            Integer depth, Integer interval, Integer laterDepth, Integer laterInterval, boolean admitted) throws CommandException {
        assertThat(options(depth, interval).admits(options(laterDepth, laterInterval))).isEqualTo(admitted);
    }

    private static ClientCommand.Options options(Integer depth, Integer intervalMs) throws CommandException {
        return read("{\"cmd\":\"a\",\"params\":{\"depth\":" + depth + ",\"interval_ms\":" + intervalMs + "}}").options();
    }

    @Test
    void nesting_withoutEnd_isRefused() {
        CommandException refused = catchThrowableOfType(
                CommandException.class, () -> read("{\"a\":" + "[".repeat(100_000)));
        assertThat(refused.error()).isEqualTo(ErrorCode.UNABLE_TO_PROCESS);
    }

    /** In any number of steps, which must make no difference. */
    private static ClientCommand read(String text) throws CommandException {
        CommandReader reader = new CommandReader(text);
        while (!reader.advance(() -> true)) {
            // continues
        }
        return reader.command();
    }

    @Test
    void longCommand_isReadInGoes() throws CommandException {
        List<String> tickers = IntStream.range(0, 1_000).mapToObj(i -> "T" + i).toList();
        String text = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_tickers\":[\"" + String.join("\",\"", tickers)
                + "\"]}}";
        assertThat(read(text).tickers()).contains(tickers);
        CommandReader reader = new CommandReader(text);
        int goes = 1;
        while (!reader.advance(() -> true)) {
            goes++;
        }
        assertThat(goes).isGreaterThan(10);
    }
}
