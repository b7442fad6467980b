/** The mark of the product: a fork that ends in a decision. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#165dff" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M16 6v5M16 11l-7 6v3M16 11l7 6v3" />
        <path d="m6 23.200 2.400 2.500 4-4.500" />
      </g>
      <circle cx="23" cy="24" r="2.600" fill="#fff" />
    </svg>
  );
}
