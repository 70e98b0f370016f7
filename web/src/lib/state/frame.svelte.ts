/** The frame around every page: how the sidebar stands. */
const OPEN_KEY = 'transom.sidebar';
const WIDTH_KEY = 'transom.sidebar.width';

export const SIDEBAR = { least: 220, usual: 272, most: 480 };

const clamp = (width: number) => Math.round(Math.min(SIDEBAR.most, Math.max(SIDEBAR.least, width)));

class Frame {
	/** There is room for the sidebar beside the page. */
	wide = $state(matchMedia('(min-width: 48rem)').matches);
	/** On wide screens: the whole sidebar, not only its rail. */
	expanded = $state(localStorage.getItem(OPEN_KEY) !== 'closed');
	/** On small screens: the sidebar lies over the page. */
	drawer = $state(false);
	width = $state(clamp(Number(localStorage.getItem(WIDTH_KEY)) || SIDEBAR.usual));

	readonly shown = $derived(this.wide ? this.expanded : this.drawer);

	toggle = () => {
		if (!this.wide) {
			this.drawer = !this.drawer;
			return;
		}
		this.expanded = !this.expanded;
		localStorage.setItem(OPEN_KEY, this.expanded ? 'open' : 'closed');
	};

	/** After a choice in the sidebar. */
	closeDrawer = () => {
		this.drawer = false;
	};

	resize(width: number) {
		this.width = clamp(width);
		localStorage.setItem(WIDTH_KEY, String(this.width));
	}

	/** Follows the width of the window. Gives the way to stop. */
	watch(): () => void {
		const query = matchMedia('(min-width: 48rem)');
		const onChange = () => {
			this.wide = query.matches;
			this.drawer = false;
		};
		query.addEventListener('change', onChange);
		return () => query.removeEventListener('change', onChange);
	}
}

export const frame = new Frame();
