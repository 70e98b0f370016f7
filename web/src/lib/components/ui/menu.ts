/** The look shared by drop-down menus. */
export const menuContent =
	'bg-raised border-line shadow-float animate-pop-in z-50 min-w-48 rounded-xl border p-1.5 outline-none';
export const menuItem =
	'data-highlighted:bg-ink/6 text-ink flex h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-[0.92rem] outline-none select-none data-disabled:opacity-50 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-ink-muted';
export const menuLabel = 'text-ink-faint px-2.5 pt-2 pb-1 text-[0.78rem] font-[560]';
export const menuSeparator = 'bg-line -mx-1.5 my-1.5 h-px';
