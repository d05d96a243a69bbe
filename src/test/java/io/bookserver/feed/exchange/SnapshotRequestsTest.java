package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotRequestsTest {
    private final SnapshotRequests requests = new SnapshotRequests();

    @Test
    void market_thatWasQueuedTwiceForTheSameTime_isNotRequestedAgainWithinFiveSeconds() {
        requests.want("A", 0);
        assertThat(requests.next(1, 0)).containsExactly("A");
        // its snapshot comes, and is needed again, before it may be requested
        requests.want("A", 1_000);
        requests.arrived("A", 0);
        requests.want("A", 2_000);
        assertThat(requests.next(1, 6_000)).containsExactly("A");
        requests.arrived("A", 0);
        requests.want("A", 6_100);
        assertThat(requests.next(1, 6_200)).isEmpty();
        assertThat(requests.next(1, 11_000)).containsExactly("A");
    }
}
