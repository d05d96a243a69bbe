package io.bookserver.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonBufferTest {
    private final JsonBuffer buffer = new JsonBuffer();

    @Test
    void number_atItsLimits_isDecimal() {
        buffer.number(0).raw(' ').number(-1).raw(' ').number(Long.MAX_VALUE).raw(' ').number(Long.MIN_VALUE);
        assertEquals("0 -1 9223372036854775807 -9223372036854775808", text());
    }

    @Test
    void dollars_always_haveFourDecimals() {
        buffer.dollars(1).raw(' ').dollars(4300).raw(' ').dollars(9999);
        assertEquals("0.0001 0.4300 0.9999", text());
    }

    @Test
    void contracts_always_haveTwoDecimals() {
        buffer.contracts(7).raw(' ').contracts(-10_050).raw(' ').contracts(100_000_000);
        assertEquals("0.07 -100.50 1000000.00", text());
    }

    @Test
    void quoted_withSpecialCharacters_isEscaped() {
        buffer.quoted("a\"b\\c\n\u001fé");
        assertEquals("\"a\\\"b\\\\c\\u000a\\u001fé\"", text());
    }

    @Test
    void clear_ofALongText_leavesNothing() {
        buffer.raw("x".repeat(5000)).clear().raw('y');
        assertEquals("y", text());
    }

    private String text() {
        return new String(buffer.toByteArray(), StandardCharsets.UTF_8);
    }
}
