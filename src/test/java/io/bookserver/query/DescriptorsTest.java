package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorsTest {
    @ParameterizedTest
    @CsvSource({"20000, 19488", "1024, 512", "1023, 512", "800, 400", "640, 320", "512, 192", "321, 1", "320, 0", "9, 0"})
    void clients_getAllButTheReserve_orHalfOfFew(long limit, long forClients) {
        assertThat(Descriptors.forClients(limit)).isEqualTo(forClients);
    }

    @Test
    void limit_isThatOfTheProcess() {
        assertThat(Descriptors.limit().orElseThrow()).isGreaterThan(100);
    }
}
