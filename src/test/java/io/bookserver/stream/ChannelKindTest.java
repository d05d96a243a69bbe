package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelKindTest {
    @ParameterizedTest
    @EnumSource
    void kind_isFoundByItsName_andIsNotPrivate(ChannelKind kind) {
        assertThat(ChannelKind.named(kind.wireName())).isEqualTo(Optional.of(kind));
        assertThat(ChannelKind.isPrivate(kind.wireName())).isFalse();
    }

    @Test
    void onlyBooks_mustNameTheirMarkets() {
        assertThat(Arrays.stream(ChannelKind.values()).filter(ChannelKind::needsMarkets).toList())
                .isEqualTo(List.of(ChannelKind.ORDERBOOK_DELTA));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ORDERBOOK_DELTA", "orderbook", "trades", "fill"})
    void otherNames_areNoKind(String name) {
        assertThat(ChannelKind.named(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fill", "market_positions", "communications", "order_group_updates", "user_orders"})
    void channelsOfOnesOwnAccount_arePrivate(String name) {
        assertThat(ChannelKind.isPrivate(name)).isTrue();
    }
}
