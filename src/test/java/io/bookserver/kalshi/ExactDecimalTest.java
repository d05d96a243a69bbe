package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decimal numbers as whole units: ticks of 0.0001 dollar, hundredths of a contract. */
class ExactDecimalTest {
    private static long parse(String text, int decimals) {
        String within = "7" + text + "7";
        return ExactDecimal.parse(within.toCharArray(), 1, text.length(), decimals);
    }

    @ParameterizedTest
    @CsvSource({
        "0.4300, 4, 4300", "0.43, 4, 4300", ".43, 4, 4300", "1., 4, 10000", "00.0001, 4, 1", "0, 4, 0", "-0.0100, 4, -100",
        "0.430000, 4, 4300", "120.5, 2, 12050", "-100.00, 2, -10000", "120, 0, 120", "120.0, 0, 120",
        "99999999999999999, 0, 99999999999999999", "9999999999999.9999, 4, 99999999999999999", "9999999999999, 4, 99999999999990000",
    })
    void number_isReadExactly(String text, int decimals, long units) {
        assertThat(parse(text, decimals)).isEqualTo(units);
    }

    /** Nothing, no digit, something else, or more decimals than there are units for. */
    @ParameterizedTest
    @CsvSource({"'', 4", "-, 4", "., 4", "-., 4", "--1, 4", "1-, 4", "+1, 4", "1.2.3, 4", "1e5, 4", "1:, 4", "1/, 4", "' 1', 4",
        "0.43001, 4", "120.5, 0", "100000000000000000, 0", "10000000000000, 4", "99999999999999999999, 2"})
    void textThatIsNone_isInvalid(String text, int decimals) {
        assertThat(parse(text, decimals)).isEqualTo(ExactDecimal.INVALID);
    }
}
