package io.bookserver.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {
    private record Config(Optional<Set<String>> apiKeys, OptionalInt requestsPerSecond, int burstSeconds, int maxAddresses)
            implements AccessConfig {}

    private static ApiKeys keys(String... keys) {
        return new ApiKeys(new Config(keys.length == 0 ? Optional.empty() : Optional.of(Set.of(keys)), OptionalInt.empty(),
                2, 10));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "KALSHI-ACCESS-KEY | first | true",
        "KALSHI-ACCESS-KEY | second | true",
        "KALSHI-ACCESS-KEY | firs | false",
        "KALSHI-ACCESS-KEY | first, | false",
        "Authorization | Bearer second | true",
        "Authorization | bearer second | true",
        "Authorization | BEARER   second | true",
        "Authorization | Basic second | false",
        "Authorization | second | false",
        "Sec-WebSocket-Protocol | orderbook, key.second | true",
        "Sec-WebSocket-Protocol | key.first,orderbook | true",
        "Sec-WebSocket-Protocol | orderbook, key.third | false",
        "Sec-WebSocket-Protocol | second | false",
        "X-Nothing | first | false",
    })
    void caller_isKnownByItsKey(String header, String value, boolean known) {
        assertThat(keys("first", "second").caller(Map.of(header, value)::get).isKnown()).isEqualTo(known);
    }

    @Test
    void keys_areToldApart() {
        ApiKeys keys = keys("first", "second");
        assertThat(keys.caller(Map.of("KALSHI-ACCESS-KEY", "first")::get))
                .isNotEqualTo(keys.caller(Map.of("KALSHI-ACCESS-KEY", "second")::get))
                .isEqualTo(keys.caller(Map.of("Authorization", "Bearer first")::get));
    }

    @Test
    void noKeys_meansThatNoneIsRequired() {
        assertThat(keys().areRequired()).isFalse();
        assertThat(keys("one").areRequired()).isTrue();
    }
}
