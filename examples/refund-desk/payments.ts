/** A stand-in for a payment provider. Like a real one, it pays once for a key, however often it is asked. */
export interface Refund {
  readonly refundId: string;
  readonly orderId: string;
  readonly amountUsd: number;
  readonly cancelled: boolean;
}

const refunds = new Map<string, Refund>();

export const payments = {
  refund(orderId: string, amountUsd: number, idempotencyKey: string): Refund {
    const before = refunds.get(idempotencyKey);
    if (before) return before;
    const refund = { refundId: `r_${refunds.size + 1}`, orderId, amountUsd, cancelled: false };
    refunds.set(idempotencyKey, refund);
    return refund;
  },
  cancel(refundId: string): void {
    for (const [key, refund] of refunds)
      if (refund.refundId === refundId) refunds.set(key, { ...refund, cancelled: true });
  },
  list: (): readonly Refund[] => [...refunds.values()],
};
